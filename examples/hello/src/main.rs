//! The smallest extension: logs each new issue.

use kiket_sdk::prelude::*;
use serde::Deserialize;

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
    let data = json!({ "summary": payload.issue.title });
    context.endpoints().log_event("issue.created", data).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::from_manifest()?.load(handlers![issue_created]).run("0.0.0.0:8080").await
}
