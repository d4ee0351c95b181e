use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1")]
async fn created(_context: Context, _payload: Value) -> Result {
    Ok(())
}

fn main() {
    let _ = handlers![created];
}
