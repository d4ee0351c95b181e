//! Two versions of one event, with types of our own: the log, and a secret that is kept on Kiket.

use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct IssueCreated {
    issue: Issue,
}

#[derive(Deserialize)]
struct Issue {
    title: String,
}

#[webhook("issue.created", version = "v1")]
pub(crate) async fn created(payload: IssueCreated, context: Context) -> Result {
    let summary = payload.issue.title;
    context.endpoints().log_event("issue.created", json!({ "summary": summary })).await?;
    context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
    Ok(())
}

#[webhook("issue.created", version = "v2")]
pub(crate) async fn created_v2(payload: IssueCreated, context: Context) -> Result<Value> {
    let data = json!({ "summary": payload.issue.title, "schema": "v2" });
    context.endpoints().log_event("issue.created", data).await?;
    Ok(json!({ "ok": true, "version": context.event_version() }))
}
