//! `/api/v1/guards`: something is about to happen, and the extensions that guard it are asked.
//!
//! The question is a [`super::events::NewEvent`] whose name [asks first](crate::event::asks_first).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Limit;
use super::events::PlannedDelivery;
use crate::id::{DeliveryId, EventId, InstallationId, ProjectId};
use crate::response::GuardStatus;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/guards";

/// How long all guards of one question have together, in milliseconds.
pub const BUDGET_MS: u64 = 10_000;

/// What the guards decided together: deny beats pending, pending beats allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Guard {
    /// Its id, which is also that of the event.
    pub id: EventId,
    /// The event that asked.
    pub event: String,
    /// Where it was about to happen.
    pub project_id: ProjectId,
    /// What is to happen. A question that nobody guards is allowed.
    pub decision: GuardStatus,
    /// Why, for the user: the messages of those whose decision it was.
    pub message: Option<String>,
    /// What each guard said.
    pub results: Vec<GuardResult>,
    /// Deliveries of the same event to hooks that do not decide, which go their usual way. A list of
    /// guards leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<PlannedDelivery>,
    /// How a pending decision ended, once it has.
    pub resolution: Option<Resolution>,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// What one guard said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardResult {
    /// The installation that was asked.
    pub installation_id: InstallationId,
    /// The manifest's id of its extension.
    pub extension_id: String,
    /// The delivery that asked it; none when its installation is paused, which denies.
    pub delivery_id: Option<DeliveryId>,
    /// What it decided, or what follows from its silence.
    pub decision: GuardStatus,
    /// Why an allow was assumed that the answer does not say. It is a warning.
    pub assumed: Option<String>,
    /// What it says to the user, or what went wrong.
    pub message: Option<String>,
    /// Facts that it gives with its decision.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// Which guards to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ListGuards {
    /// Only those whose decision waits for somebody.
    pub pending: bool,
    /// Only those of one project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The most entries of the page.
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How a pending decision ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resolution {
    /// What was decided.
    pub decision: ResolvedTo,
    /// Who decided.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// `POST /api/v1/guards/{id}/resolve`: the end of a pending decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// What is decided.
    pub decision: ResolvedTo,
    /// Who decides.
    pub by: String,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a pending decision can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ResolvedTo {
    /// It happens.
    Allow,
    /// It does not happen.
    Deny,
}

impl ResolvedTo {
    /// The decision as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Allow, Self::Deny].into_iter().find(|it| it.as_str() == word)
    }
}
