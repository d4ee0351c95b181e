//! Calls back to Kiket.

use std::rc::Rc;

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::log::Log;
use crate::platform::Platform;
use crate::program::{Program, extension};

async fn calls(_payload: Value, context: Context) -> Result {
    context.endpoints().log_event("synced", json!({ "count": 2 })).await?;
    context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
    Ok(())
}

async fn calling(platform: &Platform) -> Program {
    let extension = extension().base_url(platform.base_url());
    Program::serving(extension.webhook("issue.created", "v1", calls)).await
}

fn delivery(base_url: &str) -> Value {
    json!({
        "authentication": { "runtime_token": "rt_1" },
        "api": { "base_url": base_url, "runtime_header": "X-Evil" },
    })
}

#[tokio::test]
async fn calls_carry_the_deliverys_token_and_version() {
    let mut platform = Platform::succeeding().await;
    let program = calling(&platform).await;
    let answer = program.deliver(&delivery(&platform.base_url())).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"ok":true}"#));

    let logged = platform.call().await;
    assert!(
        logged.starts_with("POST /api/v1/extensions/com.example.crm/events HTTP/1.1"),
        "{logged}"
    );
    assert!(logged.contains("x-kiket-runtime-token: rt_1\r\n"), "{logged}");
    assert!(logged.contains("x-kiket-event-version: v1\r\n"), "{logged}");
    let (_, body) = logged.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({
            "event": "synced",
            "version": "v1",
            "data": { "count": 2 },
            "timestamp": "2025-11-21T10:00:00Z",
        })
    );

    let stored = platform.call().await;
    assert!(
        stored.starts_with("POST /api/v1/extensions/com.example.crm/secrets/WEBHOOK_TOKEN HTTP"),
        "{stored}"
    );
    assert!(stored.ends_with(r#"{"value":"abc123"}"#), "{stored}");
}

#[tokio::test]
async fn the_token_goes_to_the_configured_address_only() {
    let log = Log::collect();
    let mut configured = Platform::succeeding().await;
    let mut named_by_payload = Platform::succeeding().await;
    let program = calling(&configured).await;
    for _ in 0..2 {
        let answer = program.deliver(&delivery(&named_by_payload.base_url())).await;
        assert_eq!(answer.status, 200);
        assert!(configured.call().await.contains("rt_1"));
    }
    assert!(!named_by_payload.was_called());
    assert_eq!(log.text().matches("name another API address").count(), 1, "{}", log.text());
}

#[tokio::test]
async fn a_refused_call_keeps_its_meaning() {
    for (answered, headers, status) in [
        ("400 Bad Request", "", 422),
        ("401 Unauthorized", "", 503),
        ("403 Forbidden", "", 403),
        ("429 Too Many Requests", "retry-after: 7\r\n", 429),
        ("500 Internal Server Error", "", 503),
        ("302 Found", "location: http://127.0.0.1:1/\r\n", 500),
    ] {
        let platform = Platform::answering(answered, headers).await;
        let answer = calling(&platform).await.deliver(&delivery(&platform.base_url())).await;
        assert_eq!(answer.status, status, "{answered}");
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("7"), "{answered}");
        assert!(!answer.text().contains("rt_1"), "{}", answer.text());
    }
}

#[tokio::test]
async fn data_is_written_before_the_call_and_need_not_be_send() {
    async fn logs(_payload: Value, context: Context) -> Result {
        let call = {
            let shared = Rc::new("not Send");
            context.endpoints().log_event("shared", *shared)
        };
        call.await?;
        Ok(())
    }
    let mut platform = Platform::succeeding().await;
    let extension = extension().base_url(platform.base_url());
    let program = Program::serving(extension.webhook("issue.created", "v1", logs)).await;
    assert_eq!(program.deliver(&delivery(&platform.base_url())).await.status, 200);
    assert!(platform.call().await.contains("not Send"));
}

#[tokio::test]
async fn without_a_token_nothing_is_called() {
    let mut platform = Platform::succeeding().await;
    let answer = calling(&platform).await.deliver(&json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "handler_failed"));
    assert!(!platform.was_called());
}
