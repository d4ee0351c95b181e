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

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.review").load(handlers![reviewed]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use kiket_sdk::event;
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn done_needs_two_reviews() {
        for (to, approvals, status) in [
            ("done", 0, "deny"),
            ("done", 1, "pending"),
            ("done", 2, "allow"),
            ("open", 0, "allow"),
        ] {
            let asked = event::find("workflow.before_transition", "v1").unwrap();
            let mut asked = Value::Object(asked.sample());
            asked["transition"]["to"] = json!(to);
            asked["issue"]["custom_fields"] = json!({ "approvals": approvals });
            let asked = serde_json::from_value(asked).unwrap();
            let answer = reviewed(asked, Context::for_test()).await.unwrap();
            assert_eq!(serde_json::to_value(answer).unwrap()["status"], status, "{to}");
        }
    }
}
