//! `POST /api/v1/deliveries/recover`: delivers again what failed in a time window.
//!
//! A delivery that has been redelivered already is left alone, so the same request may be sent
//! again, for example after it broke off in the middle.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Name;
use crate::id::{DeliveryId, InstallationId, ProjectId};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/deliveries/recover";

/// The most ids that an answer names.
pub const MOST_NAMED: usize = 100;

/// Which deliveries to deliver again. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recover {
    /// Those that ended at this time or later.
    pub since: Timestamp,
    /// Those that ended before this time.
    pub until: Timestamp,
    /// How they ended.
    #[serde(default)]
    pub status: Ended,
    /// Only of events of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Name>,
    /// Only to this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// Only to installations of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only count and name them.
    #[serde(default)]
    pub dry_run: bool,
}

/// How deliveries ended that are delivered again: one way, or a list of ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "`failed`, `cancelled`, or a list of both")]
pub enum Ended {
    /// This way.
    One(Undelivered),
    /// Any of these ways.
    Any(Vec<Undelivered>),
}

/// An end without having been delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Undelivered {
    /// No attempt was answered with 2xx.
    Failed,
    /// An operator ended it.
    Cancelled,
}

impl Default for Ended {
    fn default() -> Self {
        Self::One(Undelivered::Failed)
    }
}

impl Ended {
    /// Whether deliveries that ended this way are meant.
    #[must_use]
    pub fn contains(&self, end: Undelivered) -> bool {
        match self {
            Self::One(one) => *one == end,
            Self::Any(any) => any.contains(&end),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recovered {
    /// How many are delivered again, or would be.
    pub count: u64,
    /// Whether they were only counted.
    pub dry_run: bool,
    /// The new deliveries, or in a dry run those that would be delivered again; the first
    /// [`MOST_NAMED`] of them.
    pub deliveries: Vec<DeliveryId>,
}
