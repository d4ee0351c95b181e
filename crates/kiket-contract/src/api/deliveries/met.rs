//! What an attempt met, and the one line that an [`Attempt`] says it in.
//!
//! The platform writes the line as [`Met`] shows it; whoever explains a delivery reads it back.

use std::fmt;

use super::Attempt;
use crate::retry::Meaning;

const ANSWERED: &str = "the extension answered ";
const FINAL: &str = ", which is final";
const TIMED_OUT: &str = "no answer within ";
const MILLISECONDS: &str = " ms";
const NO_CONNECTION: &str = "no connection: ";
const LOST: &str = "the connection was lost: ";
const NOT_SENT: &str = "not sent: ";

/// What an attempt met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Met<'a> {
    /// An answer.
    Answered {
        /// Its HTTP status.
        status: u16,
    },
    /// No whole answer in time.
    TimedOut {
        /// How long it was waited for, in milliseconds.
        after_ms: u64,
    },
    /// The connection could not be made.
    NoConnection {
        /// What the system or TLS says.
        reason: &'a str,
    },
    /// The connection broke once it was made.
    Lost {
        /// What the system says.
        reason: &'a str,
    },
    /// Nothing was sent: the address may not be reached, or the platform could not prepare it.
    NotSent {
        /// Why.
        reason: &'a str,
    },
    /// Anything else that ended the delivery.
    Other {
        /// In its own words.
        reason: &'a str,
    },
}

impl<'a> Met<'a> {
    /// What this attempt met.
    #[must_use]
    pub fn of(attempt: &'a Attempt) -> Self {
        let error = attempt.error.as_deref().unwrap_or_default();
        if let Some(status) = attempt.status_code {
            return Self::Answered { status };
        }
        let timed_out = || error.strip_prefix(TIMED_OUT)?.strip_suffix(MILLISECONDS)?.parse().ok();
        if let Some(after_ms) = timed_out() {
            return Self::TimedOut { after_ms };
        }
        let behind = |prefix| error.strip_prefix(prefix);
        match (behind(NO_CONNECTION), behind(LOST), behind(NOT_SENT)) {
            (Some(reason), _, _) => Self::NoConnection { reason },
            (_, Some(reason), _) => Self::Lost { reason },
            (_, _, Some(reason)) => Self::NotSent { reason },
            _ => Self::Other { reason: error },
        }
    }
}

/// The line of [`Attempt::error`]. An answer that delivered has none there.
impl fmt::Display for Met<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { status } => {
                let is_final = Meaning::of(*status) == Meaning::Permanent;
                write!(f, "{ANSWERED}{status}{}", if is_final { FINAL } else { "" })
            }
            Self::TimedOut { after_ms } => write!(f, "{TIMED_OUT}{after_ms}{MILLISECONDS}"),
            Self::NoConnection { reason } => write!(f, "{NO_CONNECTION}{reason}"),
            Self::Lost { reason } => write!(f, "{LOST}{reason}"),
            Self::NotSent { reason } => write!(f, "{NOT_SENT}{reason}"),
            Self::Other { reason } => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let reason = "connection refused";
        for met in [
            Met::Answered { status: 404 },
            Met::Answered { status: 503 },
            Met::TimedOut { after_ms: 10_000 },
            Met::NoConnection { reason },
            Met::Lost { reason },
            Met::NotSent { reason },
            Met::Other { reason },
        ] {
            let status_code = match met {
                Met::Answered { status } => Some(status),
                _ => None,
            };
            let attempt = Attempt {
                number: 1,
                started_at: Timestamp::UNIX_EPOCH,
                duration_ms: 3,
                status_code,
                error: Some(met.to_string()),
                response: None,
            };
            assert_eq!(Met::of(&attempt), met);
        }
    }
}
