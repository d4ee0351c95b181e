//! Whether a failed call is made again at once, and after which wait.

use std::time::Duration;

use kiket_contract::retry::Schedule;

use crate::Error;

/// How often a failed call is made again.
pub const RETRIES: u32 = 2;

/// The longest wait before a call is made again. An API that asks for more gets no second call, and
/// the failure says for how long it asked.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5);

const SCHEDULE: Schedule = Schedule { base: Duration::from_millis(100), retries: RETRIES };

/// The wait after the `failed`th failure of a call which has this much time left, or `None` when it
/// is not made again. `jitter` is from 0 to 1.
pub(crate) fn wait(error: &Error, failed: u32, left: Duration, jitter: f64) -> Option<Duration> {
    let asked = match error {
        Error::Status { status: 429 | 502 | 503 | 504, retry_after, .. } => *retry_after,
        Error::Transport(_) => None,
        _ => return None,
    };
    if asked.is_some_and(|asked| asked > LONGEST_WAIT) {
        return None;
    }
    SCHEDULE.delay(failed, jitter, asked).filter(|wait| *wait < left)
}

/// A number from 0 to 1 that differs between programs which failed together.
pub(crate) fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        Error::Status {
            call: "GET /api/v1/me".into(),
            status,
            code: None,
            message: None,
            request_id: None,
            retry_after,
            details: None,
            is_of_kiket: true,
        }
    }

    fn milliseconds(error: &Error, failed: u32, left: Duration) -> Option<u128> {
        wait(error, failed, left, 0.5).map(|wait| wait.as_millis())
    }

    #[test]
    fn what_may_pass_by_itself_is_tried_again_after_waits_that_double() {
        let lost = Error::Transport("connection reset".into());
        for error in [status(429, None), status(502, None), status(503, None), lost] {
            assert_eq!(milliseconds(&error, 1, LONG), Some(100), "{error}");
            assert_eq!(milliseconds(&error, 2, LONG), Some(200), "{error}");
            assert_eq!(milliseconds(&error, 3, LONG), None, "{error}");
        }
        assert_eq!(milliseconds(&status(504, None), 1, LONG), Some(100));
    }

    #[test]
    fn what_the_call_itself_causes_is_not_tried_again() {
        let late = Error::Timeout { call: "GET /".into(), timeout: LONG, is_queued: false };
        for error in [status(302, None), status(400, None), status(401, None), status(403, None)] {
            assert_eq!(milliseconds(&error, 1, LONG), None, "{error}");
        }
        for error in [status(404, None), status(500, None), late, Error::NoRuntimeToken] {
            assert_eq!(milliseconds(&error, 1, LONG), None, "{error}");
        }
    }

    #[test]
    fn the_api_says_how_long_to_wait_and_is_not_asked_earlier() {
        assert_eq!(milliseconds(&status(429, Some(3)), 1, LONG), Some(3_000));
        assert_eq!(milliseconds(&status(503, Some(0)), 1, LONG), Some(100));
        assert_eq!(milliseconds(&status(429, Some(6)), 1, LONG), None);
    }

    #[test]
    fn no_wait_goes_past_the_deadline() {
        let left = Duration::from_secs(2);
        assert_eq!(milliseconds(&status(429, Some(1)), 1, left), Some(1_000));
        assert_eq!(milliseconds(&status(429, Some(2)), 1, left), None);
        assert_eq!(milliseconds(&status(503, None), 1, Duration::from_millis(90)), None);
    }

    #[test]
    fn jitter_is_from_zero_to_one_and_spreads_the_waits() {
        let spread: Vec<f64> = (0..50).map(|_| jitter()).collect();
        assert!(spread.iter().all(|jitter| (0.0..=1.0).contains(jitter)), "{spread:?}");
        assert!(spread.windows(2).any(|pair| pair[0] != pair[1]), "{spread:?}");
        let error = status(503, None);
        assert!(wait(&error, 1, LONG, 0.0) < wait(&error, 1, LONG, 1.0));
    }
}
