//! Notifications: an extension tells its installation's people something.
//!
//! - `POST /api/v1/extensions/notifications` with a [`Notification`];
//! - `GET /api/v1/notifications`, filtered as [`ListNotifications`] says: what was told, newest
//!   first, for whoever brings it to people;
//! - the event [`crate::event::notification::NotificationCreated::EVENT`] brings each to extensions
//!   that wish to hear it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Limit;
use crate::id::{DeliveryId, InstallationId, ProjectId};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extensions/notifications";
/// The path of the outbox, for operators, [`crate::route::API`] included.
pub const OUTBOX: &str = "/api/v1/notifications";

/// The most characters of a title.
pub const LONGEST_TITLE: usize = 256;
/// The most bytes of a body.
pub const LARGEST_BODY: usize = 16 * 1024;
/// The most characters of a level.
pub const LONGEST_LEVEL: usize = 32;

/// What people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// In a few words, up to [`LONGEST_TITLE`] characters.
    pub title: String,
    /// The whole, up to [`LARGEST_BODY`] bytes.
    pub body: String,
    /// How much it matters: `info` or `warning`.
    #[serde(default = "info")]
    pub level: String,
}

fn info() -> String {
    "info".to_owned()
}

/// The query of the outbox. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListNotifications {
    /// Only of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only of this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only those that came after the one with this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// The most notifications of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A notification in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentNotification {
    /// Its number; a later one has a greater number.
    pub id: i64,
    /// When it came.
    pub created_at: Timestamp,
    /// Whose people it is for.
    pub installation_id: InstallationId,
    /// The installation's project.
    pub project_id: ProjectId,
    /// The manifest's id of the extension that told it.
    pub extension_id: String,
    /// The delivery during which it was told.
    pub delivery_id: Option<DeliveryId>,
    /// What people are told.
    #[serde(flatten)]
    pub notification: Notification,
}
