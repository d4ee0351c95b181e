//! Events: the rule for their names and versions, and the catalogue of those that Kiket documents.
//!
//! Names are open: an extension may hear events that no catalogue lists. A documented event has a
//! typed payload and a sample in the file of its family; feature `schema` adds its JSON Schema.
//!
//! Payload types read what they know and pass over what they do not, so that a newer platform
//! breaks no handler. Optional members are left out of the JSON rather than `null`.
//!
//! | Module | Events |
//! |---|---|
//! | [`issue`] | `issue.*`, `workflow.issue.*` |
//! | [`comment`] | `comment.*` |
//! | [`workflow`] | `workflow.*` around transitions, runs and definitions |
//! | [`sla`] | `workflow.sla_*`, `sla.*` |
//! | [`approval`] | `approval.*`, `workflow.approval.*` |
//! | [`automation`] | `automation.*`, `schedule.cron` |
//! | [`insight`] | `board.*`, `analytics.*`, `ai.*` |
//! | [`campaign`] | `campaign.*` |
//! | [`notification`] | `notification.*` |
//! | [`oauth`] | `oauth.*` |
//! | [`extension`] | `extension.*` and `marketplace.*`: the life of an installation |
//! | [`extension_delivery`] | `extension.delivery.*` |
//! | [`external`] | `external.webhook.*` |

pub mod approval;
pub mod automation;
pub mod campaign;
mod catalogue;
pub mod comment;
mod entry;
pub mod extension;
pub mod extension_delivery;
pub mod external;
pub mod insight;
pub mod issue;
pub mod notification;
pub mod oauth;
pub mod part;
pub mod sla;
#[cfg(test)]
mod vectors;
pub mod workflow;

pub use catalogue::{catalogue, find};
pub use entry::Entry;
use serde::{Deserialize, Serialize};

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

const ACTION: &str = "action.";

/// The event that calls an action, in version [`DEFAULT_VERSION`]: `action.` and its key. The call
/// goes by the body's signed `action_key`.
///
/// ```
/// use kiket_contract::event::{action, action_key};
///
/// assert_eq!(action("sync_contacts"), "action.sync_contacts");
/// assert_eq!(action_key("action.sync_contacts"), Some("sync_contacts"));
/// assert_eq!(action_key("issue.created"), None);
/// ```
#[must_use]
pub fn action(key: &str) -> String {
    format!("{ACTION}{key}")
}

/// The key of the action that an event calls, see [`action`].
#[must_use]
pub fn action_key(event: &str) -> Option<&str> {
    event.strip_prefix(ACTION)
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
    plain_version(a) == plain_version(b)
}

/// A version in the one form that stands for all its spellings: `1` for `v1`, every other text as it
/// is.
#[must_use]
pub fn plain_version(version: &str) -> &str {
    let number = version.strip_prefix('v').filter(|digits| !digits.is_empty());
    number.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())).unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
        #[test]
        fn the_same_version_is_the_same_both_ways(a in "v?[0-9.v]{0,3}", b in "v?[0-9.v]{0,3}") {
            prop_assert!(same_version(&a, &a));
            prop_assert_eq!(same_version(&a, &b), same_version(&b, &a));
        }
    }
}
