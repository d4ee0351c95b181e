//! `workflow.*`: transitions, runs and definitions of workflows.
//!
//! The events of an issue in its workflow are in [`issue`](super::issue), service levels in
//! [`sla`](super::sla), approvals in [`approval`](super::approval).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use super::issue::Issue;
use super::part::Transition;
use crate::payload::Members;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "workflow.triggered",
        version: "v1",
        summary: "a workflow began to run",
        payload: Payload::of::<WorkflowTriggered>(),
        sample: r#"{
            "project_id": 27,
            "workflow": {"id": 5, "key": "incident", "name": "Incident response"},
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "open"
            }
        }"#,
    },
    Entry {
        event: "workflow.before_transition",
        version: "v1",
        summary: "an issue is about to take a transition: the answer allows, holds or denies it",
        payload: Payload::of::<WorkflowTransition>(),
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "organization_id": 3, "status": "in_progress"
            },
            "transition": {
                "from": "in_progress", "to": "review", "performed_by": "ada@example.com"
            }
        }"#,
    },
    Entry {
        event: "workflow.after_transition",
        version: "v1",
        summary: "an issue has taken a transition",
        payload: Payload::of::<WorkflowTransition>(),
        sample: r#"{
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "organization_id": 3, "status": "review"},
            "transition": {
                "from": "in_progress", "to": "review", "performed_by": "ada@example.com"
            }
        }"#,
    },
    Entry {
        event: "workflow.halted",
        version: "v1",
        summary: "a required hook failed for good, and the workflow stopped there",
        payload: Payload::of::<WorkflowHalted>(),
        sample: r#"{
            "project_id": 27,
            "workflow": {"id": 5, "key": "incident", "name": "Incident response"},
            "issue": {"id": 4231, "project_id": 27, "status": "in_progress"},
            "transition": {"from": "in_progress", "to": "review"},
            "extension_id": "com.example.change-board",
            "reason": "the extension answered 422 Unprocessable Entity"
        }"#,
    },
    Entry {
        event: "workflow.synced",
        version: "v1",
        summary: "a project's workflows were read from its repository",
        payload: Payload::of::<WorkflowChanged>(),
        sample: CHANGED,
    },
    Entry {
        event: "workflow.updated",
        version: "v1",
        summary: "somebody changed a workflow's definition",
        payload: Payload::of::<WorkflowChanged>(),
        sample: CHANGED,
    },
];

const CHANGED: &str = r#"{
    "project_id": 27,
    "workflow": {"id": 5, "key": "incident", "name": "Incident response"}
}"#;

/// Payload of `workflow.triggered`. The SDK guides give name and version; the members are this
/// catalogue's choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowTriggered {
    /// The workflow.
    pub workflow: Workflow,
    /// The issue it runs for, if it runs for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `workflow.before_transition` and `workflow.after_transition`: the members of the
/// replay templates of Kiket's command line.
///
/// How the answer to `workflow.before_transition` is read is in [`response`](crate::response).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowTransition {
    /// The issue; before the transition with its old status, after it with the new one.
    pub issue: Issue,
    /// The way it takes.
    pub transition: Transition,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `workflow.halted`. The extension delivery contract says when workflows halt; name and
/// members are this catalogue's choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowHalted {
    /// The workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// The issue that stays where it is, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The transition that was under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// The extension whose hook failed, by its manifest's id.
    pub extension_id: String,
    /// Why, for a person.
    pub reason: String,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

impl WorkflowHalted {
    /// The name of the event.
    pub const EVENT: &'static str = "workflow.halted";

    /// What to tell after a required hook on an event with this payload has failed. What the
    /// payload says of workflow, issue and transition is passed on where it has their form.
    #[must_use]
    pub fn after(origin: &Members, extension_id: &str, reason: &str) -> Self {
        fn member<T: DeserializeOwned>(origin: &Members, name: &str) -> Option<T> {
            let (_, value) = origin.iter().find(|(member, _)| *member == name)?;
            serde_json::from_str(value.get()).ok()
        }
        Self {
            workflow: member(origin, "workflow"),
            issue: member(origin, "issue"),
            transition: member(origin, "transition"),
            extension_id: extension_id.to_owned(),
            reason: reason.to_owned(),
            project_id: member(origin, "project_id"),
        }
    }
}

/// Payload of `workflow.synced` and `workflow.updated`. The documents give the names; the members
/// are this catalogue's choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowChanged {
    /// The workflow as it is now.
    pub workflow: Workflow,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// A workflow, as events mention it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Workflow {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Its key in the definitions.
    pub key: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
