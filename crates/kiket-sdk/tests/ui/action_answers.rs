use kiket_sdk::prelude::*;
use serde_json::Value;

#[action("sync_contacts")]
async fn sync_contacts(_payload: Value, _context: Context) -> Result<Value> {
    Ok(json!({ "ok": true }))
}

#[action("purge")]
async fn purge(_payload: Value, _context: Context) -> Result<Guard> {
    Ok(Guard::allow())
}

fn main() {
    let _ = handlers![sync_contacts, purge];
}
