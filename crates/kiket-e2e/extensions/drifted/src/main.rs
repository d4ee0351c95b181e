//! An extension for tests: its code and its manifest say different things.

use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1", required_scopes = ["issues.read"])]
async fn needs_a_scope(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[webhook("issue.closed", version = "v1")]
async fn has_no_hook(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[guard("workflow.before_transition", version = "v1")]
async fn is_not_waited_for(_payload: Value, _context: Context) -> Result<Guard> {
    Ok(Guard::deny("nobody reads this"))
}

#[action("sync")]
async fn is_not_declared(_payload: Value, _context: Context) -> Result<ActionResult> {
    Ok(ActionResult::success())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::from_manifest()?
        .load(handlers![needs_a_scope, has_no_hook, is_not_waited_for, is_not_declared])
        .run("0.0.0.0:8080")
        .await
}
