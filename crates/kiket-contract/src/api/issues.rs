//! `/api/v1/ext/issues`: the issues that an extension may see.
//!
//! - `GET` the list, filtered as [`ListIssues`] says, `GET …/{issue}` one, by number or key;
//! - `POST` and `PATCH …/{issue}` a [`WriteIssue`];
//! - `POST …/{issue}/transitions` with a [`TransitionIssue`];
//! - `GET` and `POST …/{issue}/comments` with a [`NewComment`].
//!
//! The documents give the calls and not their bodies. Writes have the issue under one member, as all
//! writes of records have it; a list is read as a page, as `{"issues": […]}`, whose further pages have
//! numbers if its `pagination` says so, and as a bare array.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{AnyId, time};
use crate::route::{InvalidSegment, api};

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/issues";

/// The path of an issue, with its variable segment; [`path`] fills it in.
pub const ONE: &str = "/api/v1/ext/issues/{issue}";
/// The path of an issue's transitions, with its variable segment.
pub const TRANSITIONS: &str = "/api/v1/ext/issues/{issue}/transitions";
/// The path of an issue's comments, with its variable segment.
pub const COMMENTS: &str = "/api/v1/ext/issues/{issue}/comments";

/// The path of an issue.
///
/// # Errors
/// When the id can not stand in a path.
pub fn path(issue: &AnyId) -> Result<String, InvalidSegment> {
    api(&["ext", "issues", &issue.to_string()])
}

/// The path of an issue's transitions.
///
/// # Errors
/// When the id can not stand in a path.
pub fn transitions_path(issue: &AnyId) -> Result<String, InvalidSegment> {
    api(&["ext", "issues", &issue.to_string(), "transitions"])
}

/// The path of an issue's comments.
///
/// # Errors
/// When the id can not stand in a path.
pub fn comments_path(issue: &AnyId) -> Result<String, InvalidSegment> {
    api(&["ext", "issues", &issue.to_string(), "comments"])
}

/// The query of a list of issues or comments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListIssues {
    /// Only of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<AnyId>,
    /// The most entries of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The body of a write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WriteIssue {
    /// What is set.
    pub issue: IssueFields,
}

/// The members of an issue that can be set. Start from the default, which sets nothing. What an issue
/// can be without is taken away with `Some(None)`, which is written as `null`.
///
/// ```
/// use kiket_contract::api::issues::IssueFields;
///
/// let fields = IssueFields {
///     priority: Some(Some("urgent".to_owned())),
///     assignee_id: Some(None),
///     ..IssueFields::default()
/// };
/// let written = serde_json::to_string(&fields)?;
/// assert_eq!(written, r#"{"priority":"urgent","assignee_id":null}"#);
/// assert_eq!(serde_json::from_str::<IssueFields>(&written)?, fields);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IssueFields {
    /// Its project, which a new issue needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<AnyId>,
    /// Its title, which a new issue needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub description: Option<Option<String>>,
    /// Its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Its priority.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub priority: Option<Option<String>>,
    /// The user it is assigned to.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub assignee_id: Option<Option<AnyId>>,
    /// The issue above it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub parent_id: Option<Option<AnyId>>,
    /// Its labels, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The fields that the project added, by key: those that change.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub custom_fields: Map<String, Value>,
}

/// What is given, `null` included.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The body of a transition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransitionIssue {
    /// The state that the issue is to be in.
    pub transition: String,
}

/// The body of a new comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewComment {
    /// Its text.
    pub body: String,
}

/// An issue, as the API shows it. What this type does not name is in `more`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Issue {
    /// Its number.
    pub id: AnyId,
    /// Its short key, for example `SHOP-231`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<AnyId>,
    /// Its workflow status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The fields that the project added, by key.
    #[serde(default)]
    pub custom_fields: Map<String, Value>,
    /// The issue above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<AnyId>,
    /// The other members.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueComment {
    /// Its number.
    pub id: AnyId,
    /// Its text.
    pub body: String,
    /// When it was written.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created_at: Option<Timestamp>,
    /// The other members, its author among them.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}
