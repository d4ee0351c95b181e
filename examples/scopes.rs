//! How do I make sure that I may? Ask for scopes, before the handler or inside it. Without them the
//! answer is 403 and names them.

use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1", required_scopes = ["issues.read"])]
async fn created(issue: Value, context: Context) -> Result<Value> {
    if issue["issue"]["priority"] == "high" {
        context.require_scopes(&["issues.write"])?;
        return Ok(json!({ "escalated": true }));
    }
    Ok(json!({ "escalated": false }))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.escalation").load(handlers![created]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn escalating_needs_more() {
        let issue = |priority| json!({ "issue": { "priority": priority } });
        assert!(created(issue("low"), Context::for_test()).await.is_ok());
        let error = created(issue("high"), Context::for_test()).await.unwrap_err();
        assert_eq!(error.status(), 403);
    }
}
