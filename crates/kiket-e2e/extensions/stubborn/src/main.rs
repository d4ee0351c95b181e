//! An extension for tests: one handler fails, another has no hook.

use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1")]
async fn fails(_payload: Value, _context: Context) -> Result {
    Err(HandlerError::internal("hush: the cause is for the log only"))
}

#[webhook("crm.sync", version = "v1")]
async fn has_no_hook(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::from_manifest()?.load(handlers![fails, has_no_hook]).run("0.0.0.0:8080").await
}
