//! What a status means for a delivery, and when a failed one is tried again.
//!
//! 2xx is delivered. 5xx, 429, a timeout and a network error are tried again. Every other 4xx (400
//! included) and 3xx is permanent. This is the delivery contract's rule; some SDKs answer 400 when
//! a handler fails, and for those a failure is final.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// What an answer's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Done.
    Delivered,
    /// To be tried again.
    Retryable,
    /// Never to be tried again.
    Permanent,
}

impl Meaning {
    /// What this HTTP status means.
    ///
    /// ```
    /// use kiket_contract::retry::Meaning;
    ///
    /// assert_eq!(Meaning::of(204), Meaning::Delivered);
    /// assert_eq!(Meaning::of(429), Meaning::Retryable);
    /// assert_eq!(Meaning::of(301), Meaning::Permanent);
    /// ```
    #[must_use]
    pub fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Delivered,
            429 | 500..=599 => Self::Retryable,
            _ => Self::Permanent,
        }
    }
}

/// The longest wait that a `Retry-After` can ask for.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The longest wait between two attempts.
pub const LONGEST_DELAY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often and how fast a delivery is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The wait before the first retry; each later one doubles it.
    pub base: Duration,
    /// How many retries follow a first failed attempt.
    pub retries: u32,
}

impl Default for Schedule {
    /// 10 seconds, then 20, 40, 80 and 160: six calls in all.
    fn default() -> Self {
        Self { base: Duration::from_secs(10), retries: 5 }
    }
}

impl Schedule {
    /// The wait after the `failed`th recorded failure, or `None` when no retry is left.
    ///
    /// `jitter` from 0 to 1 spreads it from 10 % less to 10 % more. A `retry_after` that asks for
    /// longer wins, up to [`LONGEST_RETRY_AFTER`].
    #[must_use]
    pub fn delay(
        &self,
        failed: u32,
        jitter: f64,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        if failed > self.retries {
            return None;
        }
        let doubled = self.base.saturating_mul(1 << failed.saturating_sub(1).min(16));
        let doubled = doubled.min(LONGEST_DELAY);
        let spread = doubled.mul_f64(0.9 + 0.2 * jitter.clamp(0.0, 1.0));
        Some(spread.max(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)))
    }
}

/// Reads a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3).
///
/// A date that has passed is no wait; anything else is no answer.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule { base: Duration::from_secs(10), retries: 5 };

    #[test]
    fn waits_double_and_end_after_the_last_retry() {
        let waits: Vec<_> = (1..=6).map(|failed| SCHEDULE.delay(failed, 0.5, None)).collect();
        let expected = [10, 20, 40, 80, 160].map(|s| Some(Duration::from_secs(s)));
        assert_eq!(waits[..5], expected);
        assert_eq!(waits[5], None);
    }

    #[test]
    fn jitter_stays_within_a_tenth() {
        assert_eq!(SCHEDULE.delay(1, 0.0, None), Some(Duration::from_secs(9)));
        assert_eq!(SCHEDULE.delay(1, 1.0, None), Some(Duration::from_secs(11)));
    }

    #[test]
    fn a_later_retry_after_wins_up_to_an_hour() {
        let asked = |seconds| SCHEDULE.delay(1, 0.5, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(3), Some(Duration::from_secs(10)));
        assert_eq!(asked(30), Some(Duration::from_secs(30)));
        assert_eq!(asked(90_000), Some(LONGEST_RETRY_AFTER));
    }

    #[test]
    fn retry_after_reads_seconds_and_dates_and_nothing_else() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let read = |header| retry_after(header, now).map(|wait| wait.as_secs());
        assert_eq!(read(" 120 "), Some(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(read("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0));
        assert_eq!(read("-5"), None);
        assert_eq!(read("soon"), None);
    }
}
