//! Times in answers and in queries, which come in several forms.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A time, for `#[serde(deserialize_with)]`: with an offset, or without one and then in UTC. What is
/// no time counts as none, because nobody is helped by an answer that can not be read at all.
pub(super) fn lenient<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(parse))
}

/// A time in a query, as [`lenient`] reads it. What is no time is refused: a list that is not of the time
/// that was asked for helps nobody.
pub(super) fn wanted<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let unfit = || D::Error::custom(format_args!("`{text}` is no time: write it as RFC 3339 does"));
    parse(&text).map(Some).ok_or_else(unfit)
}

/// Reads a time. A `+` that was lost on the way through a query stands as a blank before the offset.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let with_offset = || text.parse().ok();
    let lost_plus = || {
        let (time, offset) = text.rsplit_once(' ')?;
        offset.starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
        time.contains('T').then(|| format!("{time}+{offset}"))?.parse().ok()
    };
    let in_utc = || {
        let time: DateTime = text.parse().ok()?;
        time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    with_offset().or_else(lost_plus).or_else(in_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_the_sdks_and_the_platform_write_is_read() {
        let expected: Timestamp = "2025-11-08T11:31:42Z".parse().unwrap();
        for text in [
            "2025-11-08T11:31:42Z",
            "2025-11-08T11:31:42.000Z",
            "2025-11-08T11:31:42.000000+00:00",
            "2025-11-08T11:31:42.0000000Z",
            "2025-11-08T12:31:42+01:00",
            "2025-11-08T12:31:42 01:00",
            "2025-11-08T11:31:42",
            " 2025-11-08 11:31:42 ",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "2025-11-08T25:00:00Z", "1762601502"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
