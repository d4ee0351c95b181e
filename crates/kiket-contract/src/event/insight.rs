//! `board.*`, `analytics.*` and `ai.*`: what Kiket works out of a project's issues.
//!
//! The documents give the names of these events and no members: the members are this catalogue's
//! choice.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::entry::Payload;
use super::issue::Issue;
use super::part::Project;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "board.generated",
        version: "v1",
        summary: "a board was made or made anew",
        payload: Payload::of::<BoardGenerated>(),
        sample: r#"{
            "project_id": 27,
            "project": {"slug": "shop", "name": "Web shop"},
            "board": {"id": 6, "name": "Incidents"}
        }"#,
    },
    Entry {
        event: "analytics.metric_alert",
        version: "v1",
        summary: "a metric crossed its threshold",
        payload: Payload::of::<MetricAlert>(),
        sample: r#"{
            "project_id": 27,
            "metric": "cycle_time_hours", "value": 31.5, "threshold": 24.5
        }"#,
    },
    Entry {
        event: "analytics.dbt.*",
        version: "v1",
        summary: "a step of an extension's dbt module; the step ends the name",
        payload: Payload::of::<DbtRun>(),
        sample: r#"{
            "installation_id": 12, "extension_id": "com.example.reports",
            "module": "lead_times", "status": "success",
            "schema": "analytics_ext_3_reports_12"
        }"#,
    },
    Entry {
        event: "ai.suggested",
        version: "v1",
        summary: "Kiket's assistant suggested something for an issue",
        payload: Payload::of::<AiSuggested>(),
        sample: r#"{
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
            "suggestion": {"kind": "priority", "text": "Raise the priority to urgent."}
        }"#,
    },
];

/// Payload of `board.generated`; the project as in the documented platform webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BoardGenerated {
    /// The board.
    pub board: Board,
    /// The project's names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Project>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// A board, as events mention it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Board {
    /// Its number.
    pub id: i64,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Payload of `analytics.metric_alert`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MetricAlert {
    /// The metric's name.
    pub metric: String,
    /// Its value now, in the metric's unit.
    pub value: f64,
    /// The value that it crossed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of every `analytics.dbt.<step>`. Modules run once for each installation, as the guide
/// *building extensions* says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DbtRun {
    /// The installation the module runs for.
    pub installation_id: i64,
    /// The extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// The module's folder name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// How the step ended, for example `success`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The database schema that holds the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

/// Payload of `ai.suggested`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AiSuggested {
    /// What was suggested.
    pub suggestion: Suggestion,
    /// The issue it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// A suggestion of Kiket's assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Suggestion {
    /// What it is about, for example `priority`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The suggestion, for a person.
    pub text: String,
}
