//! `workflow.sla_*` and `sla.*`: how an issue stands against its service level.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use super::issue::Issue;
use super::part::Context;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "workflow.sla_status",
        version: "v1",
        summary: "an issue came near its service level's limit, went over it or is back under it",
        payload: Payload::of::<SlaStatus>(),
        sample: r#"{
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
            "definition": {"id": 9, "status": "in_progress", "issue_type": "incident"},
            "metrics": {"duration_minutes": 68, "overdue_minutes": 8},
            "context": {"user_id": 91, "workspace": "acme"}
        }"#,
    },
    Entry {
        event: "workflow.sla_breach",
        version: "v1",
        summary: "an issue went over its service level's limit",
        payload: Payload::of::<SlaStatus>(),
        sample: BREACH,
    },
    Entry {
        event: "sla.warning",
        version: "v1",
        summary: "an issue came near its service level's limit",
        payload: Payload::of::<SlaStatus>(),
        sample: r#"{
            "state": "imminent",
            "triggered_at": "2025-11-08T11:15:00Z",
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
            "definition": {
                "id": 9, "status": "in_progress", "issue_type": "incident", "priority": "high",
                "max_duration_minutes": 60, "warning_buffer_minutes": 10
            },
            "metrics": {"duration_minutes": 52, "overdue_minutes": 0}
        }"#,
    },
    Entry {
        event: "sla.breach",
        version: "v1",
        summary: "an issue went over its limit; the later catalogue's name of `workflow.sla_breach`",
        payload: Payload::of::<SlaStatus>(),
        sample: BREACH,
    },
];

const BREACH: &str = r#"{
    "state": "breached",
    "triggered_at": "2025-11-08T11:31:00Z",
    "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
    "definition": {
        "id": 9, "status": "in_progress", "issue_type": "incident", "priority": "high",
        "max_duration_minutes": 60, "warning_buffer_minutes": 10
    },
    "metrics": {"duration_minutes": 68, "overdue_minutes": 8}
}"#;

/// Payload of every event of this family: the body that the extension delivery contract shows for
/// `workflow.sla_status`, and the members of the list of service level events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SlaStatus {
    /// The issue.
    pub issue: Issue,
    /// The service level it is measured against, as it was then.
    pub definition: SlaDefinition,
    /// The measured times.
    pub metrics: SlaMetrics,
    /// `imminent`, `breached` or `recovered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When the issue came into this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggered_at: Option<Timestamp>,
    /// Who and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

/// A service level: how long issues may stay in a status. The members are those of the workflow
/// definition files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SlaDefinition {
    /// Its number.
    pub id: i64,
    /// The status that is measured.
    pub status: String,
    /// The only issue type it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// The only priority it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The limit in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration_minutes: Option<i64>,
    /// How many minutes before the limit a breach is imminent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning_buffer_minutes: Option<i64>,
}

/// How long an issue has been in the measured status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SlaMetrics {
    /// The time in the status, in minutes.
    pub duration_minutes: i64,
    /// The part of it over the limit, in minutes; 0 while there is none.
    #[serde(default)]
    pub overdue_minutes: i64,
}
