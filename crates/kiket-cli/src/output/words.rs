//! Values in the words of a table.

use jiff::{SignedDuration, Timestamp};

/// A time, to the second.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How far away a time is: `in 40 s`, `3 min ago`.
pub(crate) fn from_now(at: Timestamp, now: Timestamp) -> String {
    let wait = at.duration_since(now);
    let long = span(wait.abs());
    if wait.is_negative() { format!("{long} ago") } else { format!("in {long}") }
}

fn span(long: SignedDuration) -> String {
    match long.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// Something that may be absent.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_told_in_the_unit_that_says_enough() {
        let now = Timestamp::UNIX_EPOCH;
        for (seconds, said) in [
            (0, "in 0 s"),
            (119, "in 119 s"),
            (-120, "2 min ago"),
            (7_200, "in 2 h"),
            (-172_800, "2 days ago"),
        ] {
            assert_eq!(from_now(Timestamp::from_second(seconds).unwrap(), now), said);
        }
    }
}
