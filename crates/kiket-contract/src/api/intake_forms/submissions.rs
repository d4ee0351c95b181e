//! `…/{form}/submissions`: what was handed in by a form.
//!
//! - `GET` the list, filtered as [`ListSubmissions`] says, and `GET …/{id}` one;
//! - `POST` a [`NewSubmission`]; `POST …/{id}/approve` and `…/{id}/reject` with a [`Review`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{AnyId, time};
use crate::route::{InvalidSegment, api};

/// The path of a form's submissions, with its variable segment; [`path`] fills it in.
pub const PATH: &str = "/api/v1/ext/intake_forms/{form}/submissions";
/// The path of a submission, with its variable segments.
pub const ONE: &str = "/api/v1/ext/intake_forms/{form}/submissions/{id}";
/// The path by which a submission is taken, with its variable segments.
pub const APPROVE: &str = "/api/v1/ext/intake_forms/{form}/submissions/{id}/approve";
/// The path by which a submission is not taken, with its variable segments.
pub const REJECT: &str = "/api/v1/ext/intake_forms/{form}/submissions/{id}/reject";

/// The path of a form's submissions.
///
/// # Errors
/// When the key can not stand in a path.
pub fn path(form: &str) -> Result<String, InvalidSegment> {
    api(&["ext", "intake_forms", form, "submissions"])
}

/// The path of a submission.
///
/// # Errors
/// When the key or the id can not stand in a path.
pub fn submission_path(form: &str, id: &AnyId) -> Result<String, InvalidSegment> {
    api(&["ext", "intake_forms", form, "submissions", &id.to_string()])
}

/// The path of a decision about a submission.
///
/// # Errors
/// When the key or the id can not stand in a path.
pub fn review_path(form: &str, id: &AnyId, decision: Decision) -> Result<String, InvalidSegment> {
    let decision = match decision {
        Decision::Approve => "approve",
        Decision::Reject => "reject",
    };
    api(&["ext", "intake_forms", form, "submissions", &id.to_string(), decision])
}

/// What is decided about a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is taken.
    Approve,
    /// It is not.
    Reject,
}

/// The query of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListSubmissions {
    /// The project.
    pub project_id: AnyId,
    /// Only those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SubmissionStatus>,
    /// Only those handed in at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "time::wanted")]
    pub since: Option<Timestamp>,
    /// The most submissions of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The body of a new submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewSubmission<T = Map<String, Value>> {
    /// The project.
    pub project_id: AnyId,
    /// The fields by their keys.
    pub data: T,
    /// Whatever else is worth keeping.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// The body of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Review {
    /// The project.
    pub project_id: AnyId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IntakeSubmission {
    /// Its number.
    pub id: AnyId,
    /// The form.
    #[serde(default)]
    pub intake_form_id: Option<AnyId>,
    /// How it stands.
    pub status: SubmissionStatus,
    /// The fields by their keys.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Whatever else was kept.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// Who handed it in.
    #[serde(default)]
    pub submitted_by_email: Option<String>,
    /// Who decided.
    #[serde(default)]
    pub reviewed_by: Option<Value>,
    /// When it was decided.
    #[serde(default, deserialize_with = "time::lenient")]
    pub reviewed_at: Option<Timestamp>,
    /// Why it was decided so.
    #[serde(default)]
    pub notes: Option<String>,
    /// When it was handed in.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "time::lenient")]
    pub updated_at: Option<Timestamp>,
}

/// How a submission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SubmissionStatus {
    /// It waits for a decision.
    Pending,
    /// It was taken.
    Approved,
    /// It was not.
    Rejected,
    /// It became an issue.
    Converted,
}
