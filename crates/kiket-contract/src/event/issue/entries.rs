//! The catalogue's entries for the events of an issue.

use super::{
    IssueAssigned, IssueClosed, IssueCommented, IssueCreated, IssueStatusChanged,
    IssueTransitioned, IssueUpdated,
};
use crate::event::Entry;
use crate::event::entry::Payload;

/// The family's catalogue entries.
pub(in crate::event) const EVENTS: &[Entry] = &[
    Entry {
        event: "issue.created",
        version: "v1",
        summary: "somebody created an issue",
        payload: Payload::of::<IssueCreated>(),
        sample: r#"{
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"}
        }"#,
    },
    Entry {
        event: "issue.created",
        version: "v2",
        summary: "somebody created an issue; with its type, status, priority and labels",
        payload: Payload::of::<IssueCreated>(),
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "in_progress", "priority": "high",
                "assignee_id": 91, "labels": ["checkout"]
            }
        }"#,
    },
    Entry {
        event: "issue.updated",
        version: "v1",
        summary: "somebody changed an issue",
        payload: Payload::of::<IssueUpdated>(),
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "in_progress", "priority": "urgent",
                "assignee_id": 91, "labels": ["checkout"],
                "custom_fields": {"affected_shops": 12, "region": "eu-west"}
            },
            "actor": {"id": 91, "email": "ada@example.com"}
        }"#,
    },
    Entry {
        event: "issue.transitioned",
        version: "v1",
        summary: "an issue took a transition of its workflow",
        payload: Payload::of::<IssueTransitioned>(),
        sample: TRANSITIONED,
    },
    Entry {
        event: "issue.assigned",
        version: "v1",
        summary: "an issue got another assignee, or none",
        payload: Payload::of::<IssueAssigned>(),
        sample: ASSIGNED,
    },
    Entry {
        event: "issue.commented",
        version: "v1",
        summary: "somebody commented on an issue",
        payload: Payload::of::<IssueCommented>(),
        sample: r#"{
            "project_id": 27,
            "issue": {"id": 4231, "project_id": 27, "title": "Restore checkout webhooks"},
            "comment": {
                "id": 880, "body": "The gateway answers again since 10:42.",
                "author": {"id": 91, "name": "Ada Byron", "email": "ada@example.com"}
            }
        }"#,
    },
    Entry {
        event: "issue.status_changed",
        version: "v1",
        summary: "an issue has another status, by a transition or otherwise",
        payload: Payload::of::<IssueStatusChanged>(),
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "review", "priority": "high"
            },
            "previous_status": "in_progress"
        }"#,
    },
    Entry {
        event: "issue.closed",
        version: "v1",
        summary: "an issue was closed",
        payload: Payload::of::<IssueClosed>(),
        sample: r#"{
            "project_id": 27,
            "issue": {
                "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
                "issue_type": "incident", "status": "done"
            },
            "actor": {"id": 91, "email": "ada@example.com"}
        }"#,
    },
    Entry {
        event: "workflow.issue.transitioned",
        version: "v1",
        summary: "an issue took a transition; older name of `issue.transitioned`",
        payload: Payload::of::<IssueTransitioned>(),
        sample: TRANSITIONED,
    },
    Entry {
        event: "workflow.issue.assignment.updated",
        version: "v1",
        summary: "an issue got another assignee, or none; older name of `issue.assigned`",
        payload: Payload::of::<IssueAssigned>(),
        sample: ASSIGNED,
    },
];

const TRANSITIONED: &str = r#"{
    "project_id": 27,
    "issue": {
        "id": 4231, "key": "SHOP-231", "project_id": 27, "title": "Restore checkout webhooks",
        "issue_type": "incident", "status": "review"
    },
    "transition": {"from": "in_progress", "to": "review", "performed_by": "ada@example.com"},
    "actor": {"id": 91, "email": "ada@example.com"}
}"#;

const ASSIGNED: &str = r#"{
    "project_id": 27,
    "issue": {
        "id": 4231, "project_id": 27, "title": "Restore checkout webhooks",
        "issue_type": "incident", "status": "in_progress", "assignee_id": 91
    },
    "actor": {"id": 64, "email": "grace@example.com"}
}"#;
