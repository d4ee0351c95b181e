//! How do I stop a transition? With a guard: it allows, holds or denies.

use kiket_sdk::event::workflow::WorkflowTransition;
use kiket_sdk::prelude::*;

#[guard("workflow.before_transition", version = "v1")]
async fn reviewed(asked: WorkflowTransition, _context: Context) -> Result<Guard> {
    let approvals = asked.issue.custom_fields.get("approvals").and_then(|count| count.as_u64());
    Ok(match (asked.transition.to.as_str(), approvals) {
        ("done", None | Some(0)) => Guard::deny("Nobody has reviewed this."),
        ("done", Some(1)) => Guard::pending("A second review is missing."),
        _ => Guard::allow().metadata("approvals", approvals),
    })
}

fn extension() -> Extension {
    Extension::new("com.example.review").load(handlers![reviewed])
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    extension().run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use kiket_testkit::{DELIVERY_SECRET, Delivery};

    use super::*;

    #[tokio::test]
    async fn done_needs_two_reviews() {
        let service = extension().webhook_secret(DELIVERY_SECRET).into_service().unwrap();
        let ask = async |to: &str, approvals: u32| {
            let asked = Delivery::new("workflow.before_transition", "v1")
                .set("/transition/to", to)
                .set("/issue/custom_fields", json!({ "approvals": approvals }));
            asked.send_to(&service).await
        };
        ask("done", 0).await.assert_denied();
        ask("done", 1).await.assert_pending();
        ask("done", 2).await.assert_allowed();
        ask("open", 0).await.assert_allowed();
    }
}
