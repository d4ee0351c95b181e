//! `/api/v1/deliveries`: what became of each event at each installation, and what to do about it.
//!
//! - `GET` the list, filtered as [`ListDeliveries`] says, and `GET …/{id}` one;
//! - `POST …/{id}/redeliver`: a new delivery of the same event to the same installation;
//! - `POST …/{id}/cancel` with [`Cancel`]: no further attempt;
//! - `POST …/recover`: all that failed in a time window, see [`recovery`];
//! - `POST …/replay`: a payload to one installation, see [`replay`];
//! - `GET …/stream`: what happens, as it happens, see [`stream`].
//!
//! The API, the command line and `kiket dev` show the same [`Delivery`].

pub mod met;
pub mod recovery;
pub mod replay;
pub mod stream;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Limit;
use crate::event::Name;
use crate::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/deliveries";

/// The query of the list. All that is given has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListDeliveries {
    /// Only of events of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Name>,
    /// Only to this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only to installations of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those that stand so now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Only those made at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_after: Option<Timestamp>,
    /// Only those made before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_before: Option<Timestamp>,
    /// The most entries of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The body of `POST …/{id}/cancel`, which may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why, for whoever reads the delivery later; up to [`LONGEST_REASON`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The most characters of a reason.
pub const LONGEST_REASON: usize = 500;

/// The most calls of an extension that are kept with a delivery.
pub const MOST_CALLBACKS: usize = 200;

/// One event to one installation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// Its id, the `X-Kiket-Invocation` of each attempt.
    pub id: DeliveryId,
    /// The event.
    pub event_id: EventId,
    /// The event's name.
    pub event: String,
    /// The version it was delivered in.
    pub event_version: String,
    /// Where it goes.
    pub installation_id: InstallationId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// Where the event happened.
    pub organization_id: OrganizationId,
    /// Where the event happened.
    pub project_id: ProjectId,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, in one line: what the last attempt met, or what it waits for.
    pub diagnostics: Option<String>,
    /// The delivery that this one repeats on an operator's wish.
    pub redelivery_of: Option<DeliveryId>,
    /// Every attempt, oldest first.
    pub attempts: Vec<Attempt>,
    /// The calls that the extension made with this delivery's token, oldest first: the first
    /// [`MOST_CALLBACKS`]. What it calls beyond that is answered and not kept.
    pub callbacks: Vec<Callback>,
    /// When it is tried next; none while its installation is paused or disabled.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was made: when its event was accepted, or when it was asked for again.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Waiting for its first attempt.
    Queued,
    /// An attempt is under way.
    Delivering,
    /// Waiting for another attempt.
    Retrying,
    /// An attempt was answered with 2xx.
    Delivered,
    /// No attempt will follow.
    Failed,
    /// An operator ended it.
    Cancelled,
}

impl Status {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Cancelled)
    }

    /// The status as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivering => "delivering",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One POST of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attempt {
    /// Its number, from 1; a number is skipped when a node died before it could record.
    pub number: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The answer's status, if there was an answer.
    pub status_code: Option<u16>,
    /// What went wrong, if anything did.
    pub error: Option<String>,
    /// The answer's body as text, bounded, without secrets. Lists of deliveries leave it out: it
    /// is in the single delivery.
    pub response: Option<String>,
}

/// One call that an extension made with a delivery's runtime token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Callback {
    /// The HTTP method.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// What was answered.
    pub status_code: u16,
    /// When it was answered.
    pub at: Timestamp,
}
