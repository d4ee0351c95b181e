//! What an extension may call back, and with what.

use std::time::Duration;

use kiket_contract::clock::Clock;
use serde_json::json;

use crate::harness::{MANIFEST, Setup};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
const SECRET: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";

#[tokio::test]
async fn both_callbacks_are_taken_and_recorded_with_their_delivery() {
    let setup = Setup::new(&[]).await;
    let id = setup.send().await;
    setup.settled(id).await;
    let token = setup.script.received()[0].token();
    let entry = json!({"event": "issue.created", "version": "v1", "data": {"summary": "x"}});
    assert_eq!(setup.call_back(EVENTS, &token, entry).await, (201, json!({"ok": true})));
    let value = json!({"value": "abc123"});
    assert_eq!(setup.call_back(SECRET, &token, value).await, (200, json!({"ok": true})));

    let callbacks = setup.settled(id).await.callbacks;
    let seen: Vec<_> = callbacks
        .iter()
        .map(|call| (call.method.as_str(), call.path.as_str(), call.status_code))
        .collect();
    assert_eq!(seen, [("POST", EVENTS, 201), ("POST", SECRET, 200)]);
    assert_eq!(setup.delivered().await.json()["secrets"], json!({"CRM_TOKEN": "abc123"}));
}

#[tokio::test]
async fn without_a_good_token_nothing_is_taken() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let entry = json!({"event": "x"});
    let (status, body) = setup.post(EVENTS, &[], &entry.to_string()).await;
    assert_eq!((status, &body["code"]), (401, &json!("no_credential")));
    assert!(body["request_id"].is_string());

    let (head, tail) = token.rsplit_once('.').unwrap();
    let flipped = if tail.starts_with('A') { "B" } else { "A" };
    let forged = format!("{head}.{flipped}{}", &tail[1..]);
    for wrong in ["", "rt_123", &forged, &token[..token.len() - 4]] {
        let (status, body) = setup.call_back(EVENTS, wrong, entry.clone()).await;
        assert_eq!((status, &body["code"]), (401, &json!("invalid_credential")), "{wrong}");
        assert!(!body.to_string().contains(&token[..40]), "{body}");
    }
    assert_eq!(setup.call_back(EVENTS, &token, entry).await.0, 201);
}

#[tokio::test]
async fn an_expired_token_opens_nothing() {
    let clock = Clock::manual(jiff::Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let token = setup.delivered().await.token();
    let entry = json!({"event": "x"});
    clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(setup.call_back(EVENTS, &token, entry.clone()).await.0, 201);
    clock.advance(Duration::from_secs(60));
    let (status, body) = setup.call_back(EVENTS, &token, entry).await;
    assert_eq!((status, &body["error"]), (401, &json!("the token has expired")));
}

#[tokio::test]
async fn a_token_reaches_only_its_own_extension() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    assert_eq!(setup.install(json!({"manifest": other})).await.0, 201);
    for path in ["com.example.other", "com.example.unknown"] {
        let path = format!("/api/v1/extensions/{path}/secrets/CRM_TOKEN");
        let (status, body) = setup.call_back(&path, &token, json!({"value": "x"})).await;
        assert_eq!((status, &body["code"]), (403, &json!("other_extension")));
    }
}

#[tokio::test]
async fn bad_callbacks_are_refused_with_their_reason() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let too_much = json!({"value": "x".repeat(25 * 1024)});
    assert_eq!(setup.call_back(SECRET, &token, too_much).await.0, 413);
    let bad_key = "/api/v1/extensions/com.example.crm/secrets/%2E%2E%2Fx";
    let (status, body) = setup.call_back(bad_key, &token, json!({"value": "x"})).await;
    assert_eq!((status, &body["code"]), (422, &json!("invalid_secret_key")));
    let (status, body) = setup.call_back(SECRET, &token, json!({"valeu": "x"})).await;
    assert_eq!((status, &body["code"]), (422, &json!("body_shape")));
    let headers = [("x-kiket-runtime-token", token.as_str())];
    let (status, body) = setup.post(SECRET, &headers, "{").await;
    assert_eq!((status, &body["code"]), (400, &json!("body_not_json")));
    let (status, body) = setup.post(SECRET, &headers, &" ".repeat(1024 * 1024 + 1)).await;
    assert_eq!((status, &body["code"]), (413, &json!("body_too_large")));
}
