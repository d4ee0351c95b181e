//! What each assertion says when it does not hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use kiket_contract::header::RUNTIME_TOKEN;
use kiket_testkit::{Answer, Delivery, StubApi};
use serde_json::{Value, json};

use crate::caller::{call, call_with_key};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
const SECRET: &str = "/api/v1/extensions/com.example.crm/secrets/TOKEN";

/// What a failed assertion says.
fn said<T>(assertion: impl FnOnce() -> T) -> String {
    let Err(panicked) = catch_unwind(AssertUnwindSafe(|| drop(assertion()))) else {
        panic!("the assertion holds")
    };
    let text = panicked.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| (*panicked.downcast_ref::<&str>().unwrap()).to_owned())
}

/// The answer of a service that calls nothing.
async fn answered(status: u16, body: Value) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    let answer = async move || (status, axum::Json(body.clone())).into_response();
    let service = Router::new().fallback(post(answer));
    let delivery = Delivery::new("issue.created", "v1");
    let api = StubApi::start();
    api.deliver(&service, &delivery).await
}

/// The answer of a guard that allows after it has logged.
async fn allowed_after_a_call() -> Answer {
    let guard = async |body: Bytes| {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let token = body["authentication"]["runtime_token"].as_str().unwrap();
        let url = body["api"]["base_url"].as_str().unwrap();
        let log = json!({ "event": "asked", "data": {} });
        call(url, &format!("POST {EVENTS}"), &[(RUNTIME_TOKEN, token)], &log).await.unwrap();
        axum::Json(json!({ "status": "allow" }))
    };
    let api = called().await;
    let service = Router::new().fallback(post(guard));
    api.deliver(&service, &Delivery::new("workflow.before_transition", "v1")).await
}

/// A stand-in that was called to log and to store a secret.
async fn called() -> StubApi {
    let api = StubApi::start();
    let log = json!({ "event": "issue.created", "data": { "summary": "a" } });
    call_with_key(&api.url(), &format!("POST {EVENTS}"), log).await;
    call_with_key(&api.url(), &format!("POST {SECRET}"), json!({ "value": "hidden" })).await;
    api
}

#[tokio::test]
async fn answers_are_shown_with_what_was_called() {
    let ok = answered(200, json!({ "ok": true })).await;
    let busy = answered(503, json!({ "error": "later", "code": "busy" })).await;
    let texts = [
        said(|| drop(ok.assert_status(201).clone())),
        said(|| drop(busy.assert_delivered().clone())),
        said(|| drop(ok.assert_retryable().clone())),
        said(|| drop(busy.assert_permanent().clone())),
        said(|| drop(busy.assert_retry_after(1).clone())),
        said(|| drop(busy.assert_refused(401, "invalid_signature").clone())),
        said(|| drop(ok.assert_json(&json!({ "version": "v2" })).clone())),
    ];
    insta::assert_snapshot!(texts.join("\n--\n"));
}

#[tokio::test]
async fn answers_of_guards_and_actions_are_shown() {
    let allowed = allowed_after_a_call().await;
    let deny = answered(200, json!({ "status": "deny", "message": "Closed." })).await;
    let failed = answered(500, json!({ "status": "deny" })).await;
    let success = answered(200, json!({ "status": "success" })).await;
    let texts = [
        said(|| allowed.assert_denied()),
        said(|| deny.assert_allowed()),
        said(|| deny.assert_pending()),
        said(|| failed.assert_denied()),
        said(|| deny.assert_action_succeeded()),
        said(|| success.assert_action_failed()),
    ];
    insta::assert_snapshot!(texts.join("\n--\n"));
}

#[tokio::test]
async fn calls_are_shown_without_secrets() {
    let api = called().await;
    let texts = [
        said(|| api.assert_called("GET", "/api/v1/ext/rate_limit")),
        said(|| api.assert_called_times(2, "POST", EVENTS)),
        said(|| api.assert_not_called("POST", "/api/v1/extensions/{extension_id}/events")),
        said(|| api.assert_nothing_called()),
        said(|| api.assert_logged("issue.created", &json!({ "summary": "b" }))),
        said(|| api.assert_logged("issue.closed", &json!({}))),
        said(|| api.assert_secret_set("TOKEN", "other")),
        said(|| api.assert_secret_set("OTHER", "hidden")),
    ];
    insta::assert_snapshot!(texts.join("\n--\n"));
}

#[tokio::test]
async fn nothing_called_is_said_too() {
    let api = StubApi::start();
    insta::assert_snapshot!(said(|| api.assert_secret_set("TOKEN", "x")));
}

#[tokio::test]
async fn what_holds_passes() {
    let api = called().await;
    api.assert_called("POST", EVENTS);
    api.assert_called_times(1, "POST", EVENTS);
    api.assert_not_called("GET", EVENTS);
    assert_eq!(api.assert_logged("issue.created", &json!({ "summary": "a" })).version, None);
    api.assert_secret_set("TOKEN", "hidden");
    api.forget_calls();
    api.assert_nothing_called();

    let pending = answered(200, json!({ "status": "pending", "message": "Wait." })).await;
    assert_eq!(pending.assert_pending().message.as_deref(), Some("Wait."));
    answered(200, json!({ "status": "allow" })).await.assert_allowed();
    answered(200, json!({ "status": "deny" })).await.assert_denied();
    answered(200, json!({ "status": "success" })).await.assert_action_succeeded();
    answered(200, json!({ "status": "error" })).await.assert_action_failed();
    answered(429, json!({})).await.assert_retryable();
    answered(400, json!({})).await.assert_permanent();
}

#[tokio::test]
async fn a_refusal_needs_both_its_status_and_its_code() {
    let busy = answered(503, json!({ "error": "later", "code": "busy" })).await;
    busy.assert_refused(503, "busy");
    assert!(said(|| busy.assert_refused(503, "other").clone()).contains("`other`"));
    assert!(said(|| busy.assert_refused(401, "busy").clone()).contains("401"));
}

#[tokio::test]
async fn a_guards_answer_counts_with_a_success_only() {
    let failed = answered(500, json!({ "status": "allow" })).await;
    assert!(said(|| failed.assert_allowed()).contains("500"));
}

#[tokio::test]
async fn a_failed_write_is_neither_logged_nor_stored() {
    let api = StubApi::start();
    api.on("POST", EVENTS).fail(503);
    api.on("POST", SECRET).fail(503);
    let log = json!({ "event": "issue.created", "data": {} });
    call_with_key(&api.url(), &format!("POST {EVENTS}"), log).await;
    call_with_key(&api.url(), &format!("POST {SECRET}"), json!({ "value": "hidden" })).await;
    assert!(said(|| api.assert_logged("issue.created", &json!({}))).contains("-> 503"));
    assert!(said(|| api.assert_secret_set("TOKEN", "hidden")).contains("nothing was stored"));
}

#[test]
fn a_pointer_that_leads_nowhere_is_told() {
    let text = said(|| Delivery::new("x", "v1").payload(json!({ "a": 1 })).set("/b/c", 2));
    insta::assert_snapshot!(text);
}
