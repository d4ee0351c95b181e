//! When the answer has to be there.

use std::time::Duration;

use kiket_contract::payload::{DEFAULT_TIMEOUT_MS, Delivery};
use tokio::time::Instant;

/// The most that is kept back of a delivery's time, so that the answer beats the platform's clock.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);
/// What part of a delivery's time is kept back.
const MARGIN_PART: u32 = 10;

/// When a delivery that came at `start` has to be answered: its `timeout_ms` (10 seconds if absent)
/// later, less 500 ms or a tenth of it, whichever is smaller. `None` is never.
pub(crate) fn of(delivery: Option<&Delivery>, start: Instant) -> Option<Instant> {
    let timeout = delivery.and_then(|delivery| delivery.timeout_ms).unwrap_or(DEFAULT_TIMEOUT_MS);
    let timeout = Duration::from_millis(timeout);
    start.checked_add(less_margin(timeout))
}

/// A time limit, less what it takes to get the answer to whoever set it.
pub(crate) fn less_margin(limit: Duration) -> Duration {
    limit - (limit / MARGIN_PART).min(LONGEST_MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_or_half_a_second_is_kept_back() {
        let start = Instant::now();
        let after = |timeout_ms| {
            let id = kiket_contract::id::DeliveryId::new();
            let delivery = Delivery { id, attempt: None, timeout_ms };
            of(Some(&delivery), start).map(|deadline| deadline.duration_since(start).as_millis())
        };
        assert_eq!(after(Some(1_000)), Some(900));
        assert_eq!(after(Some(5_000)), Some(4_500));
        assert_eq!(after(Some(60_000)), Some(59_500));
        assert_eq!(after(Some(0)), Some(0));
        assert_eq!(after(None), Some(9_500));
        assert_eq!(of(None, start).map(|at| at.duration_since(start).as_millis()), Some(9_500));
        assert!(after(Some(u64::MAX)) > Some(1_000_000));
    }
}
