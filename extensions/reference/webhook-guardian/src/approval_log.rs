//! What becomes of an approval: a short record of it in the log of the extension's events.

use kiket_sdk::event::approval::ApprovalResolved;
use kiket_sdk::prelude::*;

/// Somebody has ended the wait of a pending answer.
///
/// Kiket may deliver this twice. The entry says the same each time, so that it carries the same
/// idempotency key and counts once.
#[webhook(
    "workflow.approval.resolved",
    version = "v1",
    required_scopes = ["ext.api.write"]
)]
pub(crate) async fn resolved(approval: ApprovalResolved, context: Context) -> Result {
    let entry = json!({
        "approval": approval.approval_id,
        "issue": approval.issue.map(|issue| issue.id),
        "resolution": approval.resolution,
        "by": approval.approver,
    });
    context.endpoints().log_event("guardian.approval_resolved", entry).await?;
    Ok(())
}
