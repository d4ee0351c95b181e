//! Which requests reach which handler.

use serde_json::json;

use kiket_sdk::prelude::*;
use serde_json::Value;

use crate::program::{Program, extension};
use crate::wire::Request;

async fn version(_payload: Value, context: Context) -> Result<Value> {
    Ok(json!([context.event(), context.event_version()]))
}

async fn program() -> Program {
    Program::serving(
        extension()
            .webhook("issue.created", "v1", version)
            .webhook("issue.created", "2", version)
            .webhook("issue.created", "2024-10-01", version),
    )
    .await
}

#[tokio::test]
async fn a_webhook_path_names_event_and_version() {
    let program = program().await;
    for (path, expected) in [
        ("/v/v1/webhooks/issue.created", "v1"),
        ("/v/1/webhooks/issue.created", "v1"),
        ("/v/v2/webhooks/issue.created", "2"),
        ("/v/2024-10-01/webhooks/issue.created", "2024-10-01"),
        ("/webhooks/issue.created?version=v1", "v1"),
    ] {
        let answer = program.send(&Request::signed("{}").path(path)).await;
        assert_eq!(answer.json(), json!(["issue.created", expected]), "{path}");
    }
}

#[tokio::test]
async fn headers_name_what_the_path_does_not() {
    let program = program().await;
    let request = Request::signed("{}").header("X-Kiket-Event-Version", "v2");
    let answer = program.send(&request.path("/webhooks/issue.created?version=v1")).await;
    assert_eq!(answer.json(), json!(["issue.created", "2"]));

    for path in ["/", "/webhook", "/v/v1/webhooks/../../health"] {
        let request = Request::signed("{}")
            .path(path)
            .header("X-Kiket-Event", "issue.created")
            .header("X-Kiket-Event-Version", "v1");
        assert_eq!(program.send(&request).await.json(), json!(["issue.created", "v1"]), "{path}");
    }
}

#[tokio::test]
async fn a_request_without_a_version_is_refused() {
    let program = program().await;
    for path in [
        "/webhooks/issue.created",
        "/webhooks/issue.created?version=",
        "/webhooks/issue.created?other=v1",
        "/v//webhooks/issue.created",
    ] {
        let request = Request::signed("{}").path(path).header("X-Kiket-Event-Version", " ");
        let answer = program.send(&request).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "missing_version"), "{path}");
    }
}

#[tokio::test]
async fn what_nobody_handles_is_not_found_and_versions_are_not_told() {
    let program = program().await;
    for (path, code) in [
        ("/v/v3/webhooks/issue.created", "unknown_version"),
        ("/v/v1.0/webhooks/issue.created", "unknown_version"),
        ("/v/v/webhooks/issue.created", "unknown_version"),
        ("/v/01/webhooks/issue.created", "unknown_version"),
        ("/v/v999999999999999999999/webhooks/issue.created", "unknown_version"),
        ("/v/%76%31/webhooks/issue.created", "unknown_version"),
        ("/v/../webhooks/issue.created", "unknown_version"),
        ("/v/v1/webhooks/issue.deleted", "unknown_event"),
        ("/v/v1/webhooks/issue.created/", "unknown_event"),
        ("/v/v1/webhooks/..", "unknown_event"),
        ("/v/v1/webhooks/%2e%2e%2fhealth", "unknown_event"),
        ("/v/v1/webhooks/issue.created%00", "unknown_event"),
        ("/v/v1/webhooks/issue%2ecreated", "unknown_event"),
        ("/v/v1/webhooks/issue.created%2f..%2fhealth", "unknown_event"),
        ("/v/v1/webhooks/issue.created;p=1", "unknown_event"),
        ("/v/v1/webhooks/ISSUE.CREATED", "unknown_event"),
        ("/v/v1/webhooks/issue.created/../issue.created", "unknown_event"),
        ("/v/v1//webhooks/issue.created", "unknown_event"),
        ("/v/v1/%77ebhooks/issue.created", "unknown_event"),
    ] {
        let request = Request::signed("{}").path(path).header("X-Kiket-Event-Version", "v1");
        let answer = program.send(&request).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, code), "{path}");
        assert!(!answer.text().contains("2024-10-01"), "{}", answer.text());
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_the_one_that_works() {
    let program = program().await;
    for (method, path, allow) in [
        ("GET", "/v/v1/webhooks/issue.created", "POST"),
        ("DELETE", "/", "POST"),
        ("POST", "/health", "GET, HEAD"),
    ] {
        let answer = program.send(&Request::new(method, path)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{path}");
    }
}

#[tokio::test]
async fn health_tells_what_is_handled() {
    let answer = program().await.send(&Request::new("GET", "/health")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({
            "status": "ok",
            "extension_id": "com.example.crm",
            "extension_version": null,
            "registered_events": ["issue.created"],
            "registered_handlers": [
                { "event": "issue.created", "version": "v1", "kind": "webhook" },
                { "event": "issue.created", "version": "2", "kind": "webhook" },
                { "event": "issue.created", "version": "2024-10-01", "kind": "webhook" },
            ],
            "timestamp": "2025-11-21T10:00:00Z",
        })
    );
}

#[tokio::test]
async fn the_health_check_can_keep_its_details() {
    let quiet = Program::serving(extension().health_details(false)).await;
    let health = quiet.send(&Request::new("GET", "/health")).await.json();
    assert_eq!(health["status"], "ok");
    assert!(health.get("registered_handlers").is_none(), "{health}");
    let answer = quiet.send(&Request::new("HEAD", "/health")).await;
    assert_eq!((answer.status, answer.text()), (200, ""));
}
