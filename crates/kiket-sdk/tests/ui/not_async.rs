use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1")]
fn created(_payload: Value, _context: Context) -> Result {
    Ok(())
}

fn main() {
    let _ = handlers![created];
}
