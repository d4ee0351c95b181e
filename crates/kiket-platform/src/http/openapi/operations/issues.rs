//! Issues, and what happens to them.

use kiket_contract::api::Page;
use kiket_contract::api::issues::{
    self, Issue, IssueComment, ListIssues, NewComment, TransitionIssue, WriteIssue,
};
use kiket_contract::api::sla_events::{self, ListSlaEvents, SlaEvent};
use serde_json::{Value, json};

use super::super::operation::{Operation, extension};
use super::{AT, nothing};

pub(super) fn operations() -> Vec<Operation> {
    let one = |method, path, summary| {
        extension(method, path, summary)
            .at("issue", "7")
            .keeps_none("not_found", "there is no issue `7`")
    };
    let page = json!({"limit": 25});
    vec![
        extension("GET", issues::PATH, "List issues")
            .queries::<ListIssues>(json!({"project_id": 27, "limit": 25}))
            .answers::<Page<Issue>>(200, nothing()),
        extension("POST", issues::PATH, "Make an issue")
            .takes::<WriteIssue>(json!({"issue": {
                "project_id": 27, "title": "Leads arrive twice", "labels": ["crm"],
                "custom_fields": {"region": "eu"},
            }}))
            .answers::<Issue>(201, issue("open"))
            .keeps_none("not_kept_here", "this platform keeps no issues"),
        one("GET", issues::ONE, "Show an issue").answers::<Issue>(200, issue("open")),
        one("PATCH", issues::ONE, "Change an issue")
            .takes::<WriteIssue>(json!({"issue": {"title": "Leads arrive twice"}}))
            .answers::<Issue>(200, issue("open")),
        one("POST", issues::TRANSITIONS, "Move an issue to another state")
            .takes::<TransitionIssue>(json!({"transition": "done"}))
            .answers::<Issue>(200, issue("done")),
        one("GET", issues::COMMENTS, "List an issue's comments")
            .queries::<ListIssues>(page)
            .answers::<Page<IssueComment>>(200, super::page(&comment())),
        one("POST", issues::COMMENTS, "Comment on an issue")
            .takes::<NewComment>(json!({"body": "Merged in the CRM."}))
            .answers::<IssueComment>(201, comment()),
        extension("GET", sla_events::PATH, "List service level events")
            .queries::<ListSlaEvents>(
                json!({"project_id": 27, "issue_id": 7, "state": "imminent", "limit": 25}),
            )
            .answers::<Page<SlaEvent>>(200, nothing()),
    ]
}

pub(in crate::http::openapi) fn issue(status: &str) -> Value {
    json!({
        "id": 7, "key": "SALES-7", "title": "Leads arrive twice", "project_id": 27,
        "status": status, "labels": ["crm"], "custom_fields": {"region": "eu"},
    })
}

pub(in crate::http::openapi) fn comment() -> Value {
    json!({"id": 1, "body": "Merged in the CRM.", "created_at": AT})
}
