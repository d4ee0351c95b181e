//! Times and durations as they are written on the command line.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use kiket_contract::api::telemetry::report::LONGEST_WINDOW_HOURS;

/// A duration, such as `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    text.parse()
        .ok()
        .and_then(|signed: SignedDuration| Duration::try_from(signed).ok())
        .ok_or("write a number with a unit, such as 500ms, 10s or 2m")
}

/// A time, or how long ago it was.
pub(super) fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let ago = || Timestamp::now().checked_sub(long(text)?).ok();
    text.parse().ok().or_else(ago).ok_or(
        "write a time, such as 2026-01-31T09:30:00Z, or how long ago it was, such as 90m or 2d",
    )
}

/// A window in whole hours.
pub(super) fn window_hours(text: &str) -> Result<u32, String> {
    let hours = long(text).and_then(|long| u32::try_from(long.as_secs().div_ceil(3_600)).ok());
    hours.filter(|hours| (1..=LONGEST_WINDOW_HOURS).contains(hours)).ok_or_else(|| {
        format!("write hours or days, such as 24h or 7d, up to {} days", LONGEST_WINDOW_HOURS / 24)
    })
}

/// A duration in which a day has 24 hours.
fn long(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let long = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(long).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit_and_can_not_be_negative() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "10", "-1s", "soon", "1s ago"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_a_time_or_how_long_ago_it_was() {
        let time = "2026-01-31T09:30:00Z";
        assert_eq!(moment(time), Ok(time.parse().unwrap()));
        let before = Timestamp::now();
        let two_days_ago = moment("2d").unwrap();
        assert!(two_days_ago < before && before.duration_since(two_days_ago).as_hours() <= 48);
        for wrong in ["", "10", "-1h", "yesterday"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_window_is_of_whole_hours() {
        assert_eq!(window_hours("24h"), Ok(24));
        assert_eq!(window_hours("7d"), Ok(168));
        assert_eq!(window_hours("90m"), Ok(2));
        for wrong in ["0h", "31d", "5", "-1h"] {
            assert!(window_hours(wrong).is_err(), "{wrong}");
        }
    }
}
