use kiket_sdk::prelude::*;
use serde_json::Value;

#[guard("workflow.before_transition", version = "v1")]
async fn answers_with_json(_payload: Value, _context: Context) -> Result<Value> {
    Ok(json!({ "status": "alow" }))
}

#[guard("workflow.before_transition", version = "v2")]
async fn answers_with_nothing(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[guard("workflow.before_transition", version = "v3")]
async fn can_not_fail(_payload: Value, _context: Context) -> Guard {
    Guard::allow()
}

fn main() {
    let _ = handlers![answers_with_json, answers_with_nothing, can_not_fail];
}
