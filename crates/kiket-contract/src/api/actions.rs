//! `POST /api/v1/extensions/{extension_id}/actions/{action_key}`: a user triggers an action.
//!
//! The answer is the extension's own [`crate::response::ActionAnswer`].

use serde::{Deserialize, Serialize};

use crate::id::{DeliveryId, InstallationId, ProjectId};
use crate::payload::Members;
use crate::response::ActionAnswer;

/// The path with its two variable segments, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extensions/{extension_id}/actions/{action_key}";

/// The call of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallAction {
    /// Where it is triggered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Which installation is called, where several match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_id: Option<InstallationId>,
    /// The issue it is triggered for. It is passed on when the action is declared for issues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Members>,
    /// Who triggers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Members>,
    /// What the user entered: the body's member `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Members>,
}

/// What became of the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionCalled {
    /// The delivery that called it.
    pub delivery_id: DeliveryId,
    /// What the extension answered.
    #[serde(flatten)]
    pub answer: ActionAnswer,
}

/// Where an action can be offered.
pub mod offered {
    /// In a project.
    pub const PROJECT: &str = "project";
    /// On an issue.
    pub const ISSUE: &str = "issue";
}

/// The members of an action call's context.
pub mod context {
    /// The project: its `id`.
    pub const PROJECT: &str = "project";
    /// The issue.
    pub const ISSUE: &str = "issue";
    /// Who triggers it.
    pub const USER: &str = "user";
}

/// The member of an action call's body with what the user entered.
pub const INPUT: &str = "input";
