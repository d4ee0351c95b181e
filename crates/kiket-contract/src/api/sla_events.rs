//! `GET /api/v1/ext/sla/events`: how a project's issues stand against their service levels.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AnyId, time};
use crate::event::sla::SlaMetrics;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/sla/events";

/// The query of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListSlaEvents {
    /// The project.
    pub project_id: AnyId,
    /// Only of this issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_id: Option<AnyId>,
    /// Only in this state: `imminent`, `breached` or `recovered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The most entries of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An issue came near its service level's limit, went over it, or is back under it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub struct SlaEvent {
    /// Its id.
    pub id: AnyId,
    /// The issue, which the later vocabulary calls a case.
    pub issue_id: AnyId,
    /// The project.
    pub project_id: Option<AnyId>,
    /// `imminent`, `breached` or `recovered`.
    pub state: String,
    /// When the issue came into this state.
    pub triggered_at: Option<Timestamp>,
    /// When it left it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// The service level, as it was then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<SlaLevel>,
    /// The measured times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<SlaMetrics>,
}

/// A service level, as the list of its events shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct SlaLevel {
    /// The status that is measured.
    pub status: Option<String>,
    /// The only issue type it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// The limit in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_minutes: Option<i64>,
}

/// The members as they come: the issue under either name, or under both.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Written {
    id: AnyId,
    issue_id: Option<AnyId>,
    case_id: Option<AnyId>,
    project_id: Option<AnyId>,
    state: String,
    #[serde(default, deserialize_with = "time::lenient")]
    triggered_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time::lenient")]
    resolved_at: Option<Timestamp>,
    definition: Option<SlaLevel>,
    metrics: Option<SlaMetrics>,
}

impl TryFrom<Written> for SlaEvent {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Ok(Self {
            id: written.id,
            issue_id: written.issue_id.or(written.case_id).ok_or("there is no `issue_id`")?,
            project_id: written.project_id,
            state: written.state,
            triggered_at: written.triggered_at,
            resolved_at: written.resolved_at,
            definition: written.definition,
            metrics: written.metrics,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_issue_is_read_under_either_name() {
        for issue in [
            json!({ "issue_id": 4231 }),
            json!({ "case_id": "4231" }),
            json!({ "issue_id": 4231, "case_id": 4231 }),
        ] {
            let mut event = json!({ "id": 1, "state": "imminent", "triggered_at": "soon" });
            event.as_object_mut().unwrap().extend(issue.as_object().unwrap().clone());
            let event: SlaEvent = serde_json::from_value(event).unwrap();
            assert_eq!(event.issue_id, 4231.into());
            assert_eq!(event.triggered_at, None);
        }
        assert!(serde_json::from_value::<SlaEvent>(json!({ "id": 1, "state": "x" })).is_err());
    }
}
