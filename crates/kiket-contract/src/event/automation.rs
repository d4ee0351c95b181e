//! `automation.*` and `schedule.cron`: what a project has set up to happen by itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Entry;
use super::entry::Payload;
use super::issue::Issue;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "automation.triggered",
        version: "v1",
        summary: "an automation's trigger and conditions were met",
        payload: Payload::of::<AutomationTriggered>(),
        sample: r#"{
            "project_id": 27,
            "automation": {"id": 14, "name": "Tell on-call about urgent incidents"},
            "trigger": {"event": "issue.created"},
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "priority": "urgent"
            }
        }"#,
    },
    Entry {
        event: "automation.dispatch",
        version: "v1",
        summary: "an automation hands one of its actions to the extension",
        payload: Payload::of::<AutomationDispatch>(),
        sample: r##"{
            "project_id": 27,
            "automation": {"id": 14, "name": "Tell on-call about urgent incidents"},
            "action": {
                "extension": "com.example.chat", "command": "chat.sendMessage",
                "params": {"channel": "#on-call", "timeout_hours": 4}
            },
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"}
        }"##,
    },
    Entry {
        event: "schedule.cron",
        version: "v1",
        summary: "the time of a schedule came",
        payload: Payload::of::<ScheduleCron>(),
        sample: r#"{
            "project_id": 27,
            "schedule": {
                "name": "Morning report", "cron": "0 8 * * 1-5", "timezone": "Europe/Berlin"
            },
            "scheduled_at": "2025-11-10T07:00:00Z"
        }"#,
    },
];

/// Payload of `automation.triggered`. The TypeScript guide gives name and version; the members
/// follow the files that define automations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AutomationTriggered {
    /// The automation.
    pub automation: Automation,
    /// What set it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The issue it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `automation.dispatch`. The Ruby and Python guides give name and version; the members
/// follow the files that define automations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AutomationDispatch {
    /// The automation.
    pub automation: Automation,
    /// What to do.
    pub action: AutomationAction,
    /// The issue it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// Payload of `schedule.cron`. The later catalogue gives the name; the members follow the files
/// that define schedules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ScheduleCron {
    /// The schedule.
    pub schedule: Schedule,
    /// The time that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// An automation, as events mention it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Automation {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
}

/// What sets an automation off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Trigger {
    /// The name of the event.
    pub event: String,
}

/// One action of an automation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AutomationAction {
    /// The extension that does it, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// The extension's command.
    pub command: String,
    /// What the command is told.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// A schedule, as its definition writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// When it is due, as a cron expression.
    pub cron: String,
    /// The time zone of the expression, by its IANA name; UTC without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}
