//! `GET /api/v1/secret_reads`: who was given which secret, filtered as [`ListSecretReads`] says,
//! newest first. A read is on record before the value leaves the platform.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kept::SecretScope;
use crate::api::Limit;
use crate::id::{DeliveryId, InstallationId, WorkspaceTokenId};

/// The path of the list, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/secret_reads";

/// By what a value was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadBy {
    /// An attempt of a delivery carried it.
    Delivery,
    /// A call with a delivery's runtime token asked for it.
    RuntimeToken,
    /// A call with the installation's API key asked for it.
    ApiKey,
    /// A call with a workspace token asked for it.
    WorkspaceToken,
}

impl ReadBy {
    /// The word, as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::RuntimeToken => "runtime_token",
            Self::ApiKey => "api_key",
            Self::WorkspaceToken => "workspace_token",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delivery, Self::RuntimeToken, Self::ApiKey, Self::WorkspaceToken]
            .into_iter()
            .find(|by| by.as_str() == text)
    }
}

/// One value that was given to one extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecretRead {
    /// When.
    pub at: Timestamp,
    /// The secret's key.
    pub key: String,
    /// Whose value it was.
    pub scope: SecretScope,
    /// The installation that it was given to.
    pub installation_id: InstallationId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// By what.
    pub by: ReadBy,
    /// The delivery that carried it, or in which it was asked for.
    pub delivery_id: Option<DeliveryId>,
    /// The number of the attempt that carried it.
    pub attempt: Option<i64>,
    /// The workspace token that asked for it.
    pub workspace_token_id: Option<WorkspaceTokenId>,
}

/// The query of the list. All that is given has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListSecretReads {
    /// Only what this installation was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only in this delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// Only of this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The most entries of the page.
    #[serde(default)]
    pub limit: Limit,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
