//! `issue.*` and `workflow.issue.*`: what happens to an issue.
//!
//! ```
//! use kiket_contract::event::{find, issue::IssueCreated};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sample = find("issue.created", "v1").ok_or("not documented")?.sample();
//! let payload: IssueCreated = serde_json::from_value(sample.into())?;
//! assert_eq!(payload.issue.title, "Restore checkout webhooks");
//! # Ok(()) }
//! ```

mod entries;

pub(super) use entries::EVENTS;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::part::{Transition, User};

/// Payload of `issue.created`, versions v1 and v2: the SDK guides read the issue's id, title and
/// project, and the project at the top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueCreated {
    /// The issue.
    pub issue: Issue,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `issue.updated`: the issue as it is now, with the members of the documented webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueUpdated {
    /// The issue after the change.
    pub issue: Issue,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<User>,
}

/// Payload of `issue.transitioned` and `workflow.issue.transitioned`: issue and transition, as in
/// the documented webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueTransitioned {
    /// The issue after the transition.
    pub issue: Issue,
    /// The way it took.
    pub transition: Transition,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<User>,
}

/// Payload of `issue.assigned` and `workflow.issue.assignment.updated`. The documents give names
/// and actor; the assignee is the issue's `assignee_id`, absent when nobody has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueAssigned {
    /// The issue with its new assignee.
    pub issue: Issue,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who assigned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<User>,
}

/// Payload of `issue.commented`. The documents give the name; the comment has the members of
/// `comment.created`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueCommented {
    /// The issue.
    pub issue: Issue,
    /// The new comment.
    pub comment: Comment,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `issue.status_changed`: the documented webhook adds the previous status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueStatusChanged {
    /// The issue with its new status.
    pub issue: Issue,
    /// The status before.
    pub previous_status: String,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `issue.closed`. The documents give the name; the members are those of the other
/// issue events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueClosed {
    /// The closed issue.
    pub issue: Issue,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Who closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<User>,
}

/// An issue, as events carry it. Members that an event or version does not have are `None` or
/// empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Issue {
    /// Its number.
    pub id: i64,
    /// Its short key, for example `SHOP-231`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its title. Empty when the event does not carry it, as around transitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Its organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<i64>,
    /// Its type, for example `incident`. In `issue.created` from v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Its workflow status. In `issue.created` from v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its priority. In `issue.created` from v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The user it is assigned to. In `issue.created` from v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<i64>,
    /// Its labels. In `issue.created` from v2 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The fields that the project added, by key.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom_fields: Map<String, Value>,
}

/// A comment inside an event of its issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// Its text.
    pub body: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<User>,
}
