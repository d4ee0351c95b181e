//! `POST /api/v1/extensions/{extension_id}/events`: an extension logs an event of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The path for an extension, [`crate::route::API`] included.
#[must_use]
pub fn path(extension_id: &str) -> String {
    format!("{}/extensions/{}/events", crate::route::API, crate::route::segment(extension_id))
}

/// What an extension logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEvent {
    /// A name of the extension's choice, often the event it handles.
    pub event: String,
    /// The version of the event that is being handled; free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Anything.
    #[serde(default)]
    pub data: Value,
    /// When it happened on the extension's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}
