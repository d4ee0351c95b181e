use kiket_sdk::prelude::*;
use serde_json::Value;

#[guard("issue.created")]
fn told(_payload: &Value, _context: Context) {}

#[action(version = "v1", label = "Sync")]
async fn nameless(_payload: Value, _context: Context) {}

#[action("sync_contacts", version = "v1")]
async fn versioned(_payload: Value) -> Result<ActionResult> {
    Ok(ActionResult::success())
}

fn main() {
    let _ = handlers![told, nameless, versioned];
}
