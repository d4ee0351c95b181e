use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1")]
async fn created(_payload: Value, _context: String) -> Result {
    Ok(())
}

#[webhook("issue.updated", version = "v1")]
async fn updated(_payload: Value, _context: Context) -> Option<Value> {
    None
}

fn main() {
    let _ = handlers![created, updated];
}
