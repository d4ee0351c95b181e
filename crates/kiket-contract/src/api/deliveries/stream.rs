//! `GET /api/v1/deliveries/stream`: server-sent events, one for each thing that happens.
//!
//! The name of each (`event:`) is the member `happening` of its data, a [`Streamed`]. Whoever reads
//! too slowly to get them all is told so by an event named [`LAGGED`] with a [`Lagged`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, Callback, Status};
use crate::event::Name;
use crate::id::{DeliveryId, EventId, InstallationId, ProjectId};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/deliveries/stream";

/// The name of the event that says that some were missed.
pub const LAGGED: &str = "lagged";

/// The query: which deliveries to watch. All that is given has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WatchDeliveries {
    /// Only of events of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Name>,
    /// Only to this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only to installations of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// Something that happened to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Streamed {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Its event.
    pub event_id: EventId,
    /// The event's name.
    pub event: String,
    /// The version it is delivered in.
    pub event_version: String,
    /// Where it goes.
    pub installation_id: InstallationId,
    /// The manifest's id of the extension.
    pub extension_id: String,
    /// Where the event happened.
    pub project_id: ProjectId,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened to a delivery, by the member `happening`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "happening", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// It was planned.
    Planned,
    /// An attempt has begun.
    Attempting {
        /// The attempt's number.
        number: i64,
        /// Where it goes, without a query.
        url: String,
    },
    /// An attempt has ended.
    Attempted {
        /// How it went.
        attempt: Attempt,
        /// Where the delivery stands now.
        status: Status,
        /// When it is tried next.
        next_attempt_at: Option<Timestamp>,
    },
    /// The extension called back.
    CalledBack {
        /// The call.
        callback: Callback,
    },
    /// An operator ended it.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl What {
    /// The name of its server-sent event.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Attempting { .. } => "attempting",
            Self::Attempted { .. } => "attempted",
            Self::CalledBack { .. } => "called_back",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// The data of a [`LAGGED`] event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lagged {
    /// How many things happened meanwhile that are not told, of all deliveries, also of those that
    /// are not watched.
    pub missed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_event_is_the_member_of_its_data() {
        let attempting = What::Attempting { number: 1, url: "https://example.com".to_owned() };
        let reason = "wrong address".to_owned();
        for what in [What::Planned, attempting, What::Cancelled { reason }] {
            let data = serde_json::to_value(&what).unwrap();
            assert_eq!(data["happening"], what.name());
        }
    }
}
