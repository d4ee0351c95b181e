//! `POST /api/v1/events`: an operator or a service tells Kiket what happened.

use serde::{Deserialize, Serialize};

use crate::event::Name;
use crate::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};
use crate::payload::Members;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/events";

/// The most characters of an `Idempotency-Key`.
pub const LONGEST_IDEMPOTENCY_KEY: usize = 255;

/// An event to be delivered to every installation that wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewEvent {
    /// Its name.
    pub event: Name,
    /// Its version; without one, every version that an installation's hooks name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Name>,
    /// Where it happened.
    pub project_id: ProjectId,
    /// The project's organisation; needed only for a project that the platform does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The event's own members, none of [`crate::payload::RESERVED`]; with the context at most
    /// [`crate::payload::LARGEST_PAYLOAD`] bytes.
    #[serde(default)]
    pub payload: Members,
    /// Who and where: the delivery's member `context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Members>,
}

/// The answer 202: the event and its deliveries are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptedEvent {
    /// The event.
    pub id: EventId,
    /// One delivery for each installation and version that wants it.
    pub deliveries: Vec<PlannedDelivery>,
}

/// A delivery that was stored with its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Where it goes.
    pub installation_id: InstallationId,
}
