//! Events: the rule for their names and versions, and the catalogue of those that Kiket documents.
//!
//! Names are open: an extension may hear events that no catalogue lists. A documented event has a
//! typed payload and a sample in the file of its family.

pub mod issue;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version that an event has when nobody names one.
pub const DEFAULT_VERSION: &str = "v1";

const LONGEST: usize = 128;

/// The name of an event or of an event's version: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`.
///
/// ```
/// use kiket_contract::event::Name;
///
/// assert!(Name::try_from("workflow.before_transition".to_owned()).is_ok());
/// assert!(Name::try_from("../etc".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text that can not name an event or a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` can not name an event or a version: \
     1 to 128 letters, digits, dots, dashes and underscores, the first a letter or digit"
)]
pub struct InvalidName(String);

impl Name {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text follows the rule.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        text.len() <= LONGEST
            && text.bytes().all(inner)
            && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        if Self::is_valid(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidName(text.chars().take(LONGEST).collect()))
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether Kiket asks with this event before it acts and waits for the answer: the last part of the
/// name begins with `before_`.
///
/// ```
/// use kiket_contract::event::asks_first;
///
/// assert!(asks_first("workflow.before_transition"));
/// assert!(!asks_first("issue.created"));
/// ```
#[must_use]
pub fn asks_first(event: &str) -> bool {
    event.rsplit('.').next().is_some_and(|part| part.starts_with("before_"))
}

/// Whether two versions are the same: `1` and `v1` are, all others are opaque text.
///
/// ```
/// use kiket_contract::event::same_version;
///
/// assert!(same_version("1", "v1"));
/// assert!(!same_version("1.0", "v1"));
/// ```
#[must_use]
pub fn same_version(a: &str, b: &str) -> bool {
    fn number(version: &str) -> Option<&str> {
        let digits = version.strip_prefix('v').unwrap_or(version);
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
    }
    a == b || number(a).is_some_and(|digits| number(b) == Some(digits))
}

/// One version of a documented event.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The event's name.
    pub event: &'static str,
    /// The version.
    pub version: &'static str,
    /// One line on when it is sent.
    pub summary: &'static str,
    sample: &'static str,
}

impl Entry {
    /// A payload as the event brings it, without the envelope.
    #[must_use]
    pub fn sample(&self) -> Map<String, Value> {
        serde_json::from_str(self.sample).unwrap_or_default()
    }
}

/// Every documented event, by family.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    issue::EVENTS.iter()
}

/// The catalogue's entry for an event and version.
#[must_use]
pub fn find(event: &str, version: &str) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.event == event && same_version(entry.version, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_valid_name_and_a_sample_without_reserved_members() {
        for entry in catalogue() {
            assert!(Name::is_valid(entry.event) && Name::is_valid(entry.version), "{entry:?}");
            let sample = entry.sample();
            assert!(!sample.is_empty(), "{} {}", entry.event, entry.version);
            for reserved in crate::payload::RESERVED {
                assert!(!sample.contains_key(reserved), "{} {reserved}", entry.event);
            }
        }
    }

    #[test]
    fn names_are_bounded_and_can_not_climb() {
        let long = "a".repeat(128);
        for good in ["issue.created", "v1", "1.0", "2024-10-01", &long] {
            assert!(Name::is_valid(good), "{good}");
        }
        let too_long = "a".repeat(129);
        for bad in ["", ".", "..", "-a", "_a", "a/b", "a b", "ä", "a%2Fb", &too_long] {
            assert!(!Name::is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn only_plain_numbers_lose_their_v() {
        assert!(same_version("v2", "2"));
        assert!(!same_version("v1", "v2"));
        assert!(!same_version("v", ""));
        assert!(!same_version("v1.0", "1.0"));
        assert!(!same_version("vv1", "v1"));
    }
}
