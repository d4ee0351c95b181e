//! What an extension says about itself at [`crate::route::HEALTH`], and whether it or the platform is
//! ready.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The answer to a health check. Extensions in other languages leave out what they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// The manifest's id.
    #[serde(default)]
    pub extension_id: Option<String>,
    /// The manifest's version.
    #[serde(default)]
    pub extension_version: Option<String>,
    /// The names of the events that are handled, without versions.
    #[serde(default)]
    pub registered_events: Vec<String>,
    /// Every handler; absent where the extension hides or does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_handlers: Option<Vec<RegisteredHandler>>,
    /// When this was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// The answer to a readiness check: 200 when `status` is `ready`, otherwise 503.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Readiness {
    /// `ready` or `not_ready`.
    pub status: String,
    /// What it waits for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The event and version of a [`HandlerKind::Fallback`], which takes any.
pub const ANY: &str = "*";

/// One handler of an extension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RegisteredHandler {
    /// The event it handles.
    pub event: String,
    /// The event's version.
    pub version: String,
    /// How it is called.
    pub kind: HandlerKind,
}

/// How a handler is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HandlerKind {
    /// With an event, and its answer is recorded.
    Webhook,
    /// Before something happens, and its answer decides.
    Guard,
    /// By a user who triggers an action.
    Action,
    /// With whatever no other handler takes.
    Fallback,
}

impl HandlerKind {
    /// The kind as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Guard => "guard",
            Self::Action => "action",
            Self::Fallback => "fallback",
        }
    }
}
