//! A time zone by its name.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, de};

/// Reads the name of a time zone.
///
/// # Errors
/// When there is no such time zone.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    let help = "write one of the IANA database, such as Europe/Berlin or UTC";
    TimeZone::get(&name)
        .map_err(|_| de::Error::custom(format!("there is no time zone `{name}`; {help}")))
}
