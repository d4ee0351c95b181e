//! A project's activity: how each attempt went, and what extensions log of their own.
//!
//! - `POST /api/v1/extensions/{extension_id}/events` with [`LogEvent`]: an extension logs;
//! - `GET /api/v1/extension_events`, filtered as [`ListExtensionEvents`] says: both, newest first.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Limit;
use crate::id::{DeliveryId, InstallationId, ProjectId};
use crate::route::{InvalidSegment, api};

/// The path of a project's activity, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extension_events";

/// The path that an extension logs to, with its variable segment; [`path`] fills it in.
pub const LOG_PATH: &str = "/api/v1/extensions/{extension_id}/events";

/// The path for an extension, [`crate::route::API`] included.
///
/// # Errors
/// When the id can not stand in a path.
pub fn path(extension_id: &str) -> Result<String, InvalidSegment> {
    api(&["extensions", extension_id, "events"])
}

/// The most characters of an entry's name, and of its version.
pub const LONGEST_NAME: usize = 128;

/// The most bytes of an entry's data, as JSON.
pub const LARGEST_DATA: usize = 16 * 1024;

/// What an extension logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogEvent {
    /// A name of the extension's choice, often the event it handles; up to [`LONGEST_NAME`]
    /// characters.
    pub event: String,
    /// The version of the event that is being handled; free text, as long as the
    /// name may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Anything, up to [`LARGEST_DATA`] bytes of JSON.
    #[serde(default)]
    pub data: Value,
    /// When it happened on the extension's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// The query of a project's activity. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListExtensionEvents {
    /// The project.
    pub project_id: ProjectId,
    /// Only of this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only of this extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Only of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The most entries of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What an entry of the activity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An attempt of a delivery.
    Delivery,
    /// Something that the extension logged.
    Log,
}

/// One entry of a project's activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtensionEvent {
    /// When the attempt began, or when the log entry came.
    pub at: Timestamp,
    /// Whose it is.
    pub installation_id: InstallationId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// The delivery that was attempted, or during which the extension logged; none when it logged
    /// outside of one, with an API key or a workspace token.
    #[serde(default)]
    pub delivery_id: Option<DeliveryId>,
    /// The event that was delivered, or the name that the extension logged under.
    pub event: String,
    /// Its version; a log entry may have none.
    pub event_version: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub entry: Entry,
}

/// An entry by its member `kind`, see [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Entry {
    /// An attempt of a delivery.
    Delivery {
        /// How it went.
        status: AttemptStatus,
        /// The attempt's number.
        attempt: i64,
        /// The answer's status, if there was an answer.
        status_code: Option<u16>,
        /// How long it took, in milliseconds.
        duration_ms: i64,
        /// What went wrong, if anything did, in one line.
        diagnostics: Option<String>,
        /// The answer's body as text, bounded, without secrets.
        response: Option<String>,
    },
    /// Something that the extension logged.
    Log {
        /// What it logged.
        data: Value,
        /// When it happened on the extension's side, as it says.
        happened_at: Option<Timestamp>,
    },
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AttemptStatus {
    /// It was answered with 2xx.
    Delivered,
    /// It was not; another attempt may follow.
    Failed,
}
