//! Where do my secrets and settings come from? Secrets from the delivery, then the environment;
//! settings from the manifest, then the program.

use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("issue.created", version = "v1")]
async fn created(_issue: Value, context: Context) -> Result {
    let missing = &context.secret_status().missing;
    if !missing.is_empty() {
        return Err(HandlerError::permanent(422, format!("set {} first", missing.join(", "))));
    }
    let token = context.secret("CRM_TOKEN").or_permanent(422, "CRM_TOKEN is not configured")?;
    let retries = context.settings().get::<u32>("MAX_RETRIES")?.unwrap_or(3);
    call_the_crm(&token, retries).await
}

async fn call_the_crm(token: &Secret, _retries: u32) -> Result {
    // A secret shows itself to nobody who does not ask.
    debug_assert!(!format!("{token:?}").contains(token.expose()));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.crm")
        .setting("MAX_RETRIES", 5)
        .load(handlers![created])
        .run("0.0.0.0:8080")
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_secret_is_told_for_good() {
        let error = created(json!({}), Context::for_test()).await.unwrap_err();
        assert_eq!(error.status(), 422);
    }
}
