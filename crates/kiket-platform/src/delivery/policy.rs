//! What an attempt's outcome means for its delivery.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::api::deliveries::met::Met;
use kiket_contract::retry::{Meaning, Schedule};

use crate::store::completion::Next;

/// What an attempt met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An answer whose body was read as far as it is kept.
    Answered { status: u16, retry_after: Option<Duration>, body: String },
    /// No whole answer in time.
    TimedOut { after_ms: u64 },
    /// The connection could not be made, or broke once it was.
    Unreachable { connected: bool, reason: String },
    /// The address may not be reached.
    Refused { reason: String },
    /// The attempt could not be made for a reason on the platform's side.
    NotMade { reason: String },
    /// It comes to no end, and is not attempted again.
    GivenUp { reason: String },
}

impl Outcome {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Answered { status, .. } => Meaning::of(*status),
            // An address that is refused now may be allowed after the next start.
            Self::TimedOut { .. }
            | Self::Unreachable { .. }
            | Self::Refused { .. }
            | Self::NotMade { .. } => Meaning::Retryable,
            Self::GivenUp { .. } => Meaning::Permanent,
        }
    }

    /// The kind of failure, as the event on it names it.
    pub(crate) fn category(&self) -> &'static str {
        match self {
            Self::Answered { status, .. } if Meaning::of(*status) == Meaning::Permanent => {
                "delivery.validation"
            }
            Self::Answered { .. } => "delivery.error",
            Self::TimedOut { .. } => "delivery.timeout",
            Self::Unreachable { .. } => "delivery.unreachable",
            Self::Refused { .. } | Self::NotMade { .. } => "delivery.refused",
            Self::GivenUp { .. } => "delivery.given_up",
        }
    }

    /// What went wrong, in one line for the extension's author; `None` when nothing did.
    pub(crate) fn error(&self) -> Option<String> {
        let met = match self {
            Self::Answered { status, .. } if Meaning::of(*status) == Meaning::Delivered => {
                return None;
            }
            Self::Answered { status, .. } => Met::Answered { status: *status },
            Self::TimedOut { after_ms } => Met::TimedOut { after_ms: *after_ms },
            Self::Unreachable { connected: false, reason } => Met::NoConnection { reason },
            Self::Unreachable { connected: true, reason } => Met::Lost { reason },
            Self::Refused { reason } | Self::NotMade { reason } => Met::NotSent { reason },
            Self::GivenUp { reason } => Met::Other { reason },
        };
        Some(met.to_string())
    }
}

/// How many claims of a delivery may end without a recorded outcome before it is given up.
pub(crate) const MOST_LOST_CLAIMS: i64 = 50;

/// Where a delivery stands after an attempt. `earlier` counts the attempts recorded before it.
pub(crate) fn next(
    outcome: &Outcome,
    earlier: u32,
    schedule: Schedule,
    jitter: f64,
    now: Timestamp,
) -> Next {
    match outcome.meaning() {
        Meaning::Delivered => Next::Delivered,
        Meaning::Permanent => Next::Failed,
        Meaning::Retryable => {
            let asked = match outcome {
                Outcome::Answered { retry_after, .. } => *retry_after,
                _ => None,
            };
            match schedule.delay(earlier + 1, jitter, asked) {
                Some(wait) => Next::RetryAt(now.saturating_add(wait).unwrap_or(now)),
                None => Next::Failed,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(outcome: &Outcome, earlier: u32) -> Next {
        next(outcome, earlier, Schedule::default(), 0.5, Timestamp::UNIX_EPOCH)
    }

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None, body: String::new() }
    }

    #[test]
    fn each_outcome_leads_where_the_contract_says() {
        let soon = Next::RetryAt(Timestamp::from_second(10).unwrap());
        let reason = String::from("x");
        for (outcome, expected) in [
            (answered(200), Next::Delivered),
            (answered(204), Next::Delivered),
            (answered(301), Next::Failed),
            (answered(400), Next::Failed),
            (answered(401), Next::Failed),
            (answered(404), Next::Failed),
            (answered(429), soon),
            (answered(500), soon),
            (answered(503), soon),
            (Outcome::TimedOut { after_ms: 10_000 }, soon),
            (Outcome::Unreachable { connected: false, reason: reason.clone() }, soon),
            (Outcome::NotMade { reason: reason.clone() }, soon),
            (Outcome::Refused { reason: reason.clone() }, soon),
            (Outcome::GivenUp { reason }, Next::Failed),
        ] {
            assert_eq!(after(&outcome, 0), expected, "{outcome:?}");
        }
    }

    #[test]
    fn the_sixth_failure_is_the_last() {
        assert_eq!(after(&answered(500), 4), Next::RetryAt(Timestamp::from_second(160).unwrap()));
        assert_eq!(after(&answered(500), 5), Next::Failed);
    }
}
