//! `approval.*` and `workflow.approval.*`: somebody has to agree before an issue moves on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Entry;
use super::entry::Payload;
use super::issue::Issue;
use super::part::{Performer, Transition};
use crate::api::guards::{Resolve, ResolvedTo};
use crate::id::{EventId, ProjectId};
use crate::payload::Members;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "approval.requested",
        version: "v1",
        summary: "a transition waits for an approval",
        payload: Payload::of::<ApprovalRequested>(),
        sample: REQUESTED,
    },
    Entry {
        event: "approval.granted",
        version: "v1",
        summary: "somebody approved",
        payload: Payload::of::<ApprovalResolved>(),
        sample: GRANTED,
    },
    Entry {
        event: "approval.denied",
        version: "v1",
        summary: "somebody refused to approve",
        payload: Payload::of::<ApprovalResolved>(),
        sample: r#"{
            "approval_id": "apr_310",
            "resolution": "denied",
            "approver": {"id": 64, "name": "Grace Hopper", "email": "grace@example.com"},
            "reason": "The rollback plan is missing.",
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"}
        }"#,
    },
    Entry {
        event: "workflow.approval.requested",
        version: "v1",
        summary: "a transition waits for an approval; older name of `approval.requested`",
        payload: Payload::of::<ApprovalRequested>(),
        sample: REQUESTED,
    },
    Entry {
        event: "workflow.approval.resolved",
        version: "v1",
        summary: "somebody approved or refused; older name of `approval.granted` and `.denied`",
        payload: Payload::of::<ApprovalResolved>(),
        sample: GRANTED,
    },
];

const REQUESTED: &str = r#"{
    "approval_id": "apr_310",
    "assignment": {"type": "role", "identifier": "release-managers"},
    "metadata": {"message": "Review the rollback plan before this goes live."},
    "project_id": 27,
    "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
    "transition": {"from": "review", "to": "released"}
}"#;

const GRANTED: &str = r#"{
    "approval_id": "apr_310",
    "resolution": "granted",
    "approver": {"id": 64, "name": "Grace Hopper", "email": "grace@example.com"},
    "reason": "Rollback plan reviewed.",
    "project_id": 27,
    "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"}
}"#;

/// Payload of `approval.requested` and `workflow.approval.requested`. The older event catalogue
/// tells of an id, a role or entity, and metadata; their form is that of workflow definitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ApprovalRequested {
    /// The approval.
    pub approval_id: String,
    /// Who can give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// What the workflow's definition says to the approvers, for example `message`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// The issue that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The transition that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Who can give an approval, as workflow definitions write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Assignment {
    /// `role`, `user` or `workflow`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which role, user or workflow.
    pub identifier: String,
}

/// Payload of `approval.granted`, `approval.denied` and `workflow.approval.resolved`. The older
/// event catalogue tells of resolution, approver and reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ApprovalResolved {
    /// The approval.
    pub approval_id: String,
    /// `granted` or `denied`.
    pub resolution: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Performer>,
    /// Why, in the approver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The issue that waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

impl ApprovalResolved {
    /// The name of the event on a workflow's approval.
    pub const EVENT: &'static str = "workflow.approval.resolved";

    /// What to tell of a guard's pending decision that somebody has resolved. The issue is that of
    /// the event that asked, where it has one.
    #[must_use]
    pub fn of_guard(guard: EventId, project: ProjectId, asked: &Members, end: &Resolve) -> Self {
        let issue = asked.iter().find(|(name, _)| *name == "issue");
        Self {
            approval_id: guard.to_string(),
            resolution: match end.decision {
                ResolvedTo::Allow => "granted".to_owned(),
                ResolvedTo::Deny => "denied".to_owned(),
            },
            approver: Some(Performer::Name(end.by.clone())),
            reason: end.reason.clone(),
            issue: issue.and_then(|(_, value)| serde_json::from_str(value.get()).ok()),
            project_id: Some(i64::from(project)),
        }
    }
}
