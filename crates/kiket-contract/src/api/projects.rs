//! `/api/v1/projects/{id}`: what is known of a project, for operators.
//!
//! A project is a number, and is known from the first time that an operator names it with its
//! organisation. It may have a key as well, which people know it by: `PUT /api/v1/projects/{id}/key`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{OrganizationId, ProjectId};

/// The path of a project as a route has it.
pub const ONE: &str = "/api/v1/projects/{id}";
/// The path of a project's key as a route has it.
pub const KEY: &str = "/api/v1/projects/{id}/key";
/// The most characters of a key.
pub const LONGEST_KEY: usize = 32;

/// What people call a project by: 1 to [`LONGEST_KEY`] letters, digits, dashes and underscores, a
/// letter first, so that it is never taken for a number. No two projects have the same one.
///
/// ```
/// use kiket_contract::api::projects::ProjectKey;
///
/// assert!(ProjectKey::try_from("SHOP".to_owned()).is_ok());
/// assert!(ProjectKey::try_from("27".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectKey(String);

/// A text that can not be a project's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` can not be a project's key: \
     1 to {LONGEST_KEY} letters, digits, dashes and underscores, a letter first"
)]
pub struct InvalidProjectKey(String);

impl ProjectKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProjectKey {
    type Error = InvalidProjectKey;

    fn try_from(text: String) -> Result<Self, InvalidProjectKey> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic());
        if begins && text.len() <= LONGEST_KEY && text.bytes().all(inner) {
            Ok(Self(text))
        } else {
            Err(InvalidProjectKey(text.chars().take(LONGEST_KEY).collect()))
        }
    }
}

impl From<ProjectKey> for String {
    fn from(key: ProjectKey) -> Self {
        key.0
    }
}

impl fmt::Display for ProjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its key, once it has got one.
    pub key: Option<ProjectKey>,
}

/// The body that gives a project its key, in the place of one that it may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetProjectKey {
    /// The key.
    pub key: ProjectKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_begins_with_a_letter_and_is_short() {
        let longest = "K".repeat(LONGEST_KEY);
        for (text, fits) in [
            ("SHOP", true),
            ("s", true),
            ("a-1_b", true),
            (&longest, true),
            (&format!("{longest}K"), false),
            ("", false),
            ("1A", false),
            ("_A", false),
            ("SH OP", false),
            ("SHÖP", false),
        ] {
            assert_eq!(ProjectKey::try_from(text.to_owned()).is_ok(), fits, "{text}");
        }
    }
}
