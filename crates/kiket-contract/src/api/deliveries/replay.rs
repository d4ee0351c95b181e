//! `POST /api/v1/deliveries/replay`: sends something to one installation and to no other.
//!
//! What comes of it is a delivery like any other: signed anew, with a runtime token of its own, in the
//! lists, retried as its hook says.

use serde::{Deserialize, Serialize};

use crate::event::Name;
use crate::id::{DeliveryId, InstallationId};
use crate::payload::Members;

/// The path.
pub const PATH: &str = "/api/v1/deliveries/replay";

/// What is sent: the payload of an earlier delivery, or one that is given.
///
/// Either `delivery_id` alone, which makes a redelivery, or `installation_id` with `event` and what
/// belongs to it. An event that asks first is delivered too, and its answer decides nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The delivery whose payload is sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// The installation that it is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// The event's name. The installation has to have a hook on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Name>,
    /// The event's version; [`crate::event::DEFAULT_VERSION`] unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Name>,
    /// The event's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Members>,
    /// Further members of the body's `context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Members>,
}
