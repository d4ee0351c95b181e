use kiket_sdk::prelude::*;
use serde_json::Value;

async fn answers_with_json(_payload: Value, _context: Context) -> Result<Value> {
    Ok(json!({ "status": "alow" }))
}

fn main() {
    let _ = Extension::new("com.example.crm")
        .guard("workflow.before_transition", "v1", answers_with_json)
        .action("sync_contacts", answers_with_json);
}
