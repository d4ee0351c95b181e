//! Logs each new issue and keeps a webhook token on Kiket.

#[cfg(test)]
mod tests;

use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct IssueCreated {
    issue: Issue,
}

#[derive(Deserialize)]
struct Issue {
    title: String,
}

#[webhook("issue.created", version = "v1")]
async fn issue_created(payload: IssueCreated, context: Context) -> Result {
    let summary = payload.issue.title;
    context.endpoints().log_event("issue.created", json!({ "summary": summary })).await?;
    context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
    Ok(())
}

#[webhook("issue.created", version = "v2")]
async fn issue_created_v2(payload: IssueCreated, context: Context) -> Result<Value> {
    let data = json!({ "summary": payload.issue.title, "schema": "v2" });
    context.endpoints().log_event("issue.created", data).await?;
    Ok(json!({ "ok": true, "version": context.event_version() }))
}

fn extension() -> Result<Extension, kiket_sdk::Error> {
    Ok(Extension::from_manifest()?.load(handlers![issue_created, issue_created_v2]))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    extension()?.run("0.0.0.0:8080").await
}
