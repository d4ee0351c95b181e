//! What do I hear when somebody installs me, tries the connection, or sends me a third party's
//! webhook?

use kiket_sdk::event::extension::{InstallationChanged, TestConnection};
use kiket_sdk::event::external::ExternalWebhook;
use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("extension.installed", version = "v1")]
async fn installed(change: InstallationChanged, _context: Context) -> Result<Value> {
    Ok(json!({ "installation": change.installation_id }))
}

#[webhook("extension.testConnection", version = "v1")]
async fn test_connection(_test: TestConnection, context: Context) -> Result<Value> {
    // The settings that are tried come as the delivery's secrets.
    Ok(match context.secret("CRM_TOKEN") {
        Some(_) => json!({ "ok": true }),
        None => json!({ "ok": false, "message": "Enter the token of your CRM." }),
    })
}

#[webhook("external.webhook.inbound_email", version = "v1")]
async fn inbound_email(webhook: ExternalWebhook, _context: Context) -> Result<Value> {
    let body = webhook.external_webhook.body;
    let email: Value = match body.as_str() {
        Some(text) => serde_json::from_str(text).or_permanent(422, "the email is no JSON")?,
        None => body,
    };
    Ok(json!({ "from": email["From"] }))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.inbox")
        .load(handlers![installed, test_connection, inbound_email])
        .run("0.0.0.0:8080")
        .await
}

#[cfg(test)]
mod tests {
    use kiket_sdk::event;
    use serde::de::DeserializeOwned;

    use super::*;

    fn sample<T: DeserializeOwned>(event: &str) -> T {
        serde_json::from_value(Value::Object(event::find(event, "v1").unwrap().sample())).unwrap()
    }

    #[tokio::test]
    async fn the_samples_are_understood() {
        let answer = installed(sample("extension.installed"), Context::for_test()).await.unwrap();
        assert_eq!(answer, json!({ "installation": 12 }));
        let answer = test_connection(sample("extension.testConnection"), Context::for_test()).await;
        assert_eq!(answer.unwrap()["ok"], false);
        let email = sample("external.webhook.inbound_email");
        let answer = inbound_email(email, Context::for_test()).await.unwrap();
        assert_eq!(answer, json!({ "from": "ada@example.com" }));
    }
}
