//! An extension for tests: a guard and an action.

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

#[guard("workflow.before_transition", version = "v1")]
async fn decides(_payload: Value, _context: Context) -> Result<Guard> {
    Ok(Guard::deny("Nobody has approved this."))
}

#[action("sync_contacts")]
async fn syncs(_payload: Value, context: Context) -> Result<ActionResult> {
    context.endpoints().log_event("synced", json!({})).await?;
    Ok(ActionResult::success().message("Synced 42 contacts"))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::from_manifest()?.load(handlers![decides, syncs]).run("0.0.0.0:8080").await
}
