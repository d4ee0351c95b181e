use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created")]
async fn unversioned(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[webhook("workflow.before_transition", version = "v1")]
async fn asked(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[webhook(version = "v1", scopes = ["issues.read"])]
fn several<T>(_payload: &T, _context: Context) {}

#[webhook("issue.created", version = "v1", version = "v2")]
async fn twice(_payload: Value, _context: Context) -> Result {
    Ok(())
}

fn main() {
    let _ = handlers![unversioned, asked, several, twice];
}
