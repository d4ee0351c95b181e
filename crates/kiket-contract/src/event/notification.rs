//! `notification.*`: what extensions tell people.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use crate::id::InstallationId;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[Entry {
    event: NotificationCreated::EVENT,
    version: "v1",
    summary: "an extension told the people of its project something",
    payload: Payload::of::<NotificationCreated>(),
    sample: r#"{
        "notification": {
            "id": 7, "title": "Sync finished", "body": "42 contacts were synced", "level": "info"
        },
        "installation_id": 12, "extension_id": "com.example.crm"
    }"#,
}];

/// Payload of `notification.created`, which the installations hear that did not tell it. What an
/// extension tells while it handles this event raises no further one, so that two that tell each other
/// do not go on for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NotificationCreated {
    /// What was told.
    pub notification: CreatedNotification,
    /// The installation that told it.
    pub installation_id: i64,
    /// The extension that told it, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
}

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CreatedNotification {
    /// Its number in the outbox.
    pub id: i64,
    /// In a few words.
    pub title: String,
    /// The whole.
    #[serde(default)]
    pub body: String,
    /// How much it matters: `info` or `warning`.
    #[serde(default)]
    pub level: String,
}

impl NotificationCreated {
    /// The name of the event.
    pub const EVENT: &'static str = "notification.created";

    /// A notification of this installation.
    #[must_use]
    pub fn new(
        installation: InstallationId,
        extension_id: &str,
        notification: CreatedNotification,
    ) -> Self {
        Self {
            notification,
            installation_id: installation.into(),
            extension_id: Some(extension_id.to_owned()),
        }
    }
}

impl CreatedNotification {
    /// What was told, under its number in the outbox.
    #[must_use]
    pub fn new(id: i64, title: &str, body: &str, level: &str) -> Self {
        Self { id, title: title.to_owned(), body: body.to_owned(), level: level.to_owned() }
    }
}
