//! What a handler learns from its context.

use kiket_sdk::prelude::*;
use kiket_sdk::testing::TestContext;
use serde_json::{Value, json};

use crate::program::{Program, extension};
use crate::wire::Request;

fn delivery() -> Value {
    json!({
        "delivery": { "id": "01936f5e-0000-7000-8000-000000000001", "attempt": 3, "timeout_ms": 9 },
        "authentication": {
            "token_type": "runtime",
            "runtime_token": "rt_1",
            "expires_at": "2025-11-21T10:15:00Z",
            "scopes": ["project:27"],
        },
        "secrets": { "DELIVERED": "from_delivery", "BOTH": "from_delivery", "EMPTY": "" },
        "secret_status": { "missing": ["SENTRY_DSN"] },
        "context": { "user_id": 91 },
    })
}

async fn told(_payload: Value, context: Context) -> Result<Value> {
    let secret = |key| context.secret(key).map(|secret| secret.expose().to_owned());
    let auth = context.auth();
    Ok(json!({
        "extension": [context.extension_id(), context.extension_version()],
        "delivery": [context.delivery_id().map(|id| id.to_string()), context.attempt()],
        "header": context.headers().get("x-team").and_then(|team| team.to_str().ok()),
        "token": auth.runtime_token.as_ref().map(Secret::expose),
        "auth": [auth.token_type, auth.expires_at.map(|at| at.to_string()), auth.scopes],
        "secrets": [secret("DELIVERED"), secret("BOTH"), secret("EMPTY"), secret("NOWHERE")],
        "missing": context.secret_status().missing,
        "user": context.context()["user_id"],
        "debug": format!("{context:?}"),
    }))
}

async fn program() -> Program {
    let environment =
        |name: &str| ["BOTH", "EMPTY"].contains(&name).then(|| "from_environment".to_owned());
    Program::serving(extension().environment(environment).webhook("issue.created", "v1", told))
        .await
}

#[tokio::test]
async fn everything_around_the_payload_is_there() {
    let request = Request::signed(delivery().to_string()).header("X-Team", "crm");
    let told = program().await.send(&request).await.json();
    assert_eq!(told["extension"], json!(["com.example.crm", null]));
    assert_eq!(told["delivery"], json!(["01936f5e-0000-7000-8000-000000000001", 3]));
    assert_eq!(told["header"], json!("crm"));
    assert_eq!(told["token"], json!("rt_1"));
    assert_eq!(told["auth"], json!(["runtime", "2025-11-21T10:15:00Z", ["project:27"]]));
    assert_eq!(told["missing"], json!(["SENTRY_DSN"]));
    assert_eq!(told["user"], json!(91));
}

#[tokio::test]
async fn a_secret_is_the_deliverys_and_else_the_environments() {
    let told = program().await.deliver(&delivery()).await.json();
    let expected = json!(["from_delivery", "from_delivery", "from_environment", null]);
    assert_eq!(told["secrets"], expected);
}

#[tokio::test]
async fn debug_shows_nothing_secret() {
    let told = program().await.deliver(&delivery()).await.json();
    let debug = told["debug"].as_str().unwrap();
    assert!(debug.contains("issue.created"), "{debug}");
    assert!(!debug.contains("rt_1") && !debug.contains("from_"), "{debug}");
}

#[tokio::test]
async fn a_bare_delivery_leaves_everything_empty() {
    let told = program().await.deliver(&json!({})).await.json();
    assert_eq!(told["delivery"], json!([null, null]));
    assert_eq!(told["token"], Value::Null);
    assert_eq!(told["auth"], json!([null, null, []]));
}

#[tokio::test]
async fn without_a_delivery_member_the_header_names_the_delivery() {
    let id = "01936f5e-0000-7000-8000-000000000002";
    let request = Request::signed("{}").header("X-Kiket-Invocation", id);
    let told = program().await.send(&request).await.json();
    assert_eq!(told["delivery"], json!([id, null]));
}

/// Rules out tests that pass or fail by what the developer's machine has set.
#[test]
fn a_context_of_a_test_sees_nothing_of_the_environment() {
    assert!(std::env::var("PATH").is_ok());
    assert!(Context::for_test().secret("PATH").is_none());
}

#[test]
fn a_context_of_a_test_has_what_the_test_gives_and_no_more() {
    let context = TestContext::new()
        .secret("CRM_TOKEN", "crm_1")
        .setting("MAX_RETRIES", 5)
        .scopes(["issues:read"])
        .build();
    assert_eq!(context.secret("CRM_TOKEN"), Some("crm_1".into()));
    assert_eq!(context.secret("OTHER"), None);
    assert_eq!(context.settings().get::<u32>("MAX_RETRIES").unwrap(), Some(5));
    context.require_scopes(&["issues.read"]).unwrap();
    assert_eq!(context.require_scopes(&["issues.write"]).unwrap_err().missing, ["issues.write"]);
    assert!(Context::for_test().require_scopes(&["issues.read"]).is_err());
}

#[test]
fn a_context_is_one_pointer() {
    assert_eq!(size_of::<Context>(), size_of::<usize>());
}
