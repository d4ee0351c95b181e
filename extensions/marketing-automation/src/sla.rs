//! Service levels: people are warned before one is missed.

use kiket_sdk::event::sla::SlaStatus;
use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("workflow.sla_status", version = "v1", required_scopes = ["issues.read"])]
pub(crate) async fn status(payload: SlaStatus, context: Context) -> Result<Value> {
    let project = payload.issue.project_id.or_permanent(422, "the issue has no project")?;
    let endpoints = context.endpoints();
    let imminent = endpoints.sla_events(project).list().state("imminent").limit(5).await?;
    let Some(first) = imminent.data.first() else { return Ok(json!({ "ok": true })) };
    let status = first.definition.as_ref().and_then(|level| level.status.as_deref());
    let text = match status {
        Some(status) => format!("Issue #{} is {} for {status}", first.issue_id, first.state),
        None => format!("Issue #{} is {}", first.issue_id, first.state),
    };
    endpoints.notify("SLA warning", &text, "warning").await?;
    Ok(json!({ "acknowledged": true }))
}
