//! Secrets: one is read when it is needed, and the new one takes the place of the one that is kept.

use kiket_sdk::event::extension::TestConnection;
use kiket_sdk::prelude::*;
use serde_json::Value;

const TOKEN: &str = "NEWSLETTER_TOKEN";

/// Somebody has entered a token and tries it. The token comes with the delivery, as a secret.
#[webhook("extension.testConnection", version = "v1")]
pub(crate) async fn test_connection(_test: TestConnection, context: Context) -> Result<Value> {
    let Some(token) = context.secret(TOKEN) else {
        let message = "Enter the token of the newsletter service.";
        return Ok(json!({ "ok": false, "message": message }));
    };
    if !is_accepted(&token) {
        let message = "This is no token of the newsletter service: those begin with `nl_`.";
        return Ok(json!({ "ok": false, "message": message }));
    }
    // What is kept has worked until now, so it is replaced only by another that works.
    let kept = context.secrets().get(TOKEN).await?;
    if kept.as_ref() != Some(&token) {
        context.secrets().rotate(TOKEN, token).await?;
    }
    Ok(json!({ "ok": true }))
}

/// Here the newsletter service would be asked.
fn is_accepted(token: &Secret) -> bool {
    token.expose().starts_with("nl_")
}
