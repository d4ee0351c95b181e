//! `/api/v1/secrets`: what operators write for extensions. No answer has a value in it.
//!
//! A secret belongs to an installation, to an organisation, or to an extension wherever it is
//! installed; each call names one of the three in its query, see [`SecretOwner`]. What an extension
//! gets for a key is its installation's value, else the organisation's, else the extension's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::Limit;
use crate::id::{InstallationId, OrganizationId};

/// The path of the collection, [`crate::route::API`] included. `GET` lists.
pub const PATH: &str = "/api/v1/secrets";
/// The path of one secret. `PUT` writes it, `DELETE` removes it.
pub const KEY_PATH: &str = "/api/v1/secrets/{key}";
/// `POST` puts another value in the place of the one that is there.
pub const ROTATE: &str = "/api/v1/secrets/{key}/rotate";
/// `POST` brings a removed value back, for as long as it is kept.
pub const RESTORE: &str = "/api/v1/secrets/{key}/restore";

/// Whose a secret is, and so who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SecretScope {
    /// One installation's. It comes before the others.
    Installation,
    /// An organisation's: for all its installations whose manifest asks for the key.
    Organization,
    /// An extension's default, for all its installations whose manifest asks for the key.
    Extension,
}

impl SecretScope {
    /// The word, as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Organization => "organization",
            Self::Extension => "extension",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Installation, Self::Organization, Self::Extension]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }
}

/// The query that says whose a secret is: exactly one of its members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretOwner {
    /// An installation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// An organisation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// An extension's, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
}

/// The query of a list: whose, exactly one of the three, and which part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListSecrets {
    /// An installation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// An organisation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// An extension's, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// The most entries of the page.
    #[serde(default)]
    pub limit: Limit,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptSecret {
    /// The key, unique for its owner.
    pub key: String,
    /// Whose it is.
    pub scope: SecretScope,
    /// Where the value is: `database`, `vault` or `google_secret_manager`.
    pub backend: String,
    /// How often another value has taken the place of the one before.
    pub rotation_count: i64,
    /// When that happened last; none when the first value is still there.
    pub rotated_at: Option<Timestamp>,
    /// When it was written first.
    pub created_at: Timestamp,
    /// When it was written, removed or brought back last.
    pub updated_at: Timestamp,
    /// Until when a removed value can be brought back; none for one that is there.
    pub restorable_until: Option<Timestamp>,
}
