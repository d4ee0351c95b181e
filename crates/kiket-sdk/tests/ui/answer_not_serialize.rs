use kiket_sdk::prelude::*;
use serde_json::Value;

struct Summary;

#[webhook("issue.created", version = "v1")]
async fn created(_payload: Value, _context: Context) -> Result<Summary> {
    Ok(Summary)
}

fn main() {
    let _ = handlers![created];
}
