//! A guard: Kiket asks before an issue takes a transition, and the answer decides.

use kiket_sdk::event::workflow::WorkflowTransition;
use kiket_sdk::prelude::*;

use crate::settings::setting;

/// Decides on what the event says alone: somebody waits for the answer.
#[guard("workflow.before_transition", version = "v1")]
pub(crate) async fn before_launch(asked: WorkflowTransition, context: Context) -> Result<Guard> {
    if asked.transition.to != setting::<String>(&context, "LAUNCH_STATUS")? {
        return Ok(Guard::allow());
    }
    let needed: u64 = setting(&context, "LAUNCH_APPROVALS")?;
    let approvals = asked.issue.custom_fields.get("approvals").and_then(|count| count.as_u64());
    let approvals = approvals.unwrap_or_default();
    Ok(match approvals {
        enough if enough >= needed => Guard::allow().metadata("approvals", enough),
        0 => Guard::deny("Nobody has approved this launch."),
        some => Guard::pending(format!("{some} of {needed} approvals are there.")),
    })
}
