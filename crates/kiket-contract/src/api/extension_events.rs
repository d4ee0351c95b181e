//! A project's activity: how each attempt went, and what extensions tell of their own.
//!
//! - `POST /api/v1/extensions/{extension_id}/events` with [`LogEvent`]: an extension logs;
//! - `POST /api/v1/extensions/logs` with [`LogMessage`]: the same, as some SDKs write it;
//! - [`super::extension_metrics`], [`super::notifications`], [`super::analytics_events`]: what else it
//!   tells;
//! - `GET /api/v1/extension_events`, filtered as [`ListExtensionEvents`] says: all of it, newest
//!   first.
//!
//! Of each kind an installation has [`MOST_KEPT`] entries at most; the oldest goes for a new one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{Limit, time};
use crate::id::{DeliveryId, InstallationId, ProjectId};
use crate::route::{InvalidSegment, api};

/// The path of a project's activity, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extension_events";

/// The path that an extension logs to, with its variable segment; [`path`] fills it in.
pub const LOG_PATH: &str = "/api/v1/extensions/{extension_id}/events";

/// The path that an extension logs to without naming itself, [`crate::route::API`] included.
pub const MESSAGES_PATH: &str = "/api/v1/extensions/logs";

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

/// The most entries of one kind that are kept of an installation.
pub const MOST_KEPT: i64 = 10_000;

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
    /// When it happened on the extension's side; what is no time is as if nothing was said.
    #[serde(default, deserialize_with = "time::lenient", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// What an extension logs, as [`MESSAGES_PATH`] takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogMessage {
    /// What happened, in words: the entry's name, cut off where a name ends and kept whole in its
    /// data.
    pub message: String,
    /// Anything; with the message at most [`LARGEST_DATA`] bytes of JSON.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
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
    /// Only of this name: of the event that was delivered, or that the extension told under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
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
    /// A number that the extension measured.
    Metric,
    /// Something that the extension reported for analytics.
    Analytics,
    /// Something that the extension told people.
    Notification,
}

impl Kind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Analytics => "analytics",
            Self::Notification => "notification",
        }
    }
}

/// One entry of a project's activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtensionEvent {
    /// When the attempt began, or when the entry came.
    pub at: Timestamp,
    /// Whose it is.
    pub installation_id: InstallationId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// The delivery that was attempted, or during which the extension told this; none when it did so
    /// outside of one, with an API key or a workspace token.
    #[serde(default)]
    pub delivery_id: Option<DeliveryId>,
    /// The event that was delivered, the name that the extension told under, the metric's name, or
    /// the notification's title.
    pub event: String,
    /// Its version; what the extension tells may have none.
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
    /// A number that the extension measured.
    Metric {
        /// How much.
        value: Number,
        /// In which unit.
        unit: String,
    },
    /// Something that the extension reported for analytics.
    Analytics {
        /// What it reported.
        data: Value,
        /// When it happened on the extension's side, as it says.
        happened_at: Option<Timestamp>,
    },
    /// Something that the extension told people.
    Notification {
        /// The whole.
        body: String,
        /// How much it matters.
        level: String,
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
