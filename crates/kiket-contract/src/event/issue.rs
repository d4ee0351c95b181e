//! `issue.*`: what happens to an issue.

use serde::{Deserialize, Serialize};

use super::Entry;

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "issue.created",
        version: "v1",
        summary: "somebody created an issue",
        sample: r#"{
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"}
        }"#,
    },
    Entry {
        event: "issue.created",
        version: "v2",
        summary: "somebody created an issue; with its type, status, priority and labels",
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "in_progress", "priority": "high",
                "assignee_id": 91, "labels": ["checkout"]
            }
        }"#,
    },
];

/// Payload of `issue.created`, versions v1 and v2.
///
/// ```
/// use kiket_contract::event::{find, issue::IssueCreated};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sample = find("issue.created", "v1").ok_or("not documented")?.sample();
/// let payload: IssueCreated = serde_json::from_value(sample.into())?;
/// assert_eq!(payload.issue.title, "Restore checkout webhooks");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IssueCreated {
    /// The issue.
    pub issue: Issue,
    /// The project, also named by the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
}

/// An issue, as events carry it. Members that a version does not have are `None` or empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// Its number.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<i64>,
    /// Its type, for example `incident`. From v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_type: Option<String>,
    /// Its workflow status. From v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its priority. From v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The user it is assigned to. From v2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<i64>,
    /// Its labels. From v2 on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn samples_round_trip_without_loss() {
        for entry in EVENTS {
            let sample = Value::from(entry.sample());
            let payload: IssueCreated = serde_json::from_value(sample.clone()).unwrap();
            assert_eq!(serde_json::to_value(payload).unwrap(), sample, "{}", entry.version);
        }
    }
}
