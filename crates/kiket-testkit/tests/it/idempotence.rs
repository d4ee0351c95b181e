//! Each way in which a delivery can come twice is tried, and what does not bear it is found.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_testkit::{Delivery, StubApi, assert_idempotent};
use serde_json::{Value, json};

use crate::caller::call;

const EVENTS: &str = "POST /api/v1/extensions/com.example.crm/events";
const SECRET: &str = "POST /api/v1/extensions/com.example.crm/secrets/TOKEN";
const CONTACTS: &str = "/api/v1/ext/custom_data/crm/contacts";

/// What an extension does to be safe from repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Care {
    None,
    /// It remembers what it has finished.
    RemembersWhatIsDone,
    /// It remembers what it has begun.
    RemembersWhatIsBegun,
    /// It sends a key with its calls.
    Key,
}

/// An extension that logs, with more or less care.
fn logging(care: Care) -> Router {
    let memory = Arc::new(Mutex::new(HashSet::new()));
    let handler = async move |body: Bytes| {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let id = body["delivery"]["id"].as_str().unwrap().to_owned();
        if memory.lock().unwrap().contains(&id) {
            return StatusCode::OK;
        }
        if care == Care::RemembersWhatIsBegun {
            memory.lock().unwrap().insert(id.clone());
        }
        let key = (care == Care::Key).then_some((header::IDEMPOTENCY_KEY, id.as_str()));
        let status = asked(&body, EVENTS, key, json!({ "event": "seen", "data": {} })).await;
        if care == Care::RemembersWhatIsDone {
            memory.lock().unwrap().insert(id.clone());
        }
        status
    };
    Router::new().fallback(post(handler))
}

/// Calls back as the delivery allows.
async fn asked(body: &Value, line: &str, more: Option<(&str, &str)>, json: Value) -> StatusCode {
    let token = body["authentication"]["runtime_token"].as_str().unwrap();
    let url = body["api"]["base_url"].as_str().unwrap();
    let headers: Vec<_> = more.into_iter().chain([(header::RUNTIME_TOKEN, token)]).collect();
    let status = call(url, line, &headers, &json).await.unwrap().status;
    StatusCode::from_u16(status).unwrap()
}

fn delivery() -> Delivery {
    let permissions = ["custom_data.read", "custom_data.write"];
    Delivery::new("issue.created", "v1").permissions(permissions)
}

/// What the assertion says of an extension that it refuses.
async fn refused(make: impl Fn() -> Router + Send + 'static) -> String {
    let checked = tokio::spawn(async move {
        let api = StubApi::start();
        assert_idempotent(&api, make, &delivery()).await;
    });
    let panicked = checked.await.expect_err("it is not idempotent").into_panic();
    let text = panicked.downcast_ref::<String>().expect("a text");
    let (text, place) = text.rsplit_once("\nasked at ").expect("the place of the assertion");
    assert!(place.contains("idempotence.rs"), "{place}");
    text.to_owned()
}

#[tokio::test]
async fn one_that_does_everything_again_breaks_in_a_row() {
    insta::assert_snapshot!(refused(|| logging(Care::None)).await);
}

#[tokio::test]
async fn one_that_remembers_too_late_breaks_at_the_same_time() {
    insta::assert_snapshot!(refused(|| logging(Care::RemembersWhatIsDone)).await);
}

#[tokio::test]
async fn one_that_only_remembers_breaks_after_a_crash() {
    insta::assert_snapshot!(refused(|| logging(Care::RemembersWhatIsBegun)).await);
}

#[tokio::test]
async fn one_that_does_nothing_proves_nothing() {
    let silent = || Router::new().fallback(post(async || StatusCode::OK));
    insta::assert_snapshot!(refused(silent).await);
}

#[tokio::test]
async fn one_that_fails_at_once_is_told_first() {
    let failing = || Router::new().fallback(post(async || (StatusCode::BAD_GATEWAY, "no")));
    insta::assert_snapshot!(refused(failing).await);
}

#[tokio::test]
async fn a_key_makes_it_safe() {
    let api = StubApi::start();
    assert_idempotent(&api, || logging(Care::Key), &delivery()).await;
    api.assert_nothing_called();
}

#[tokio::test]
async fn the_time_of_a_call_and_telemetry_do_not_count() {
    let reporting = || {
        let handler = async |body: Bytes| {
            let body: Value = serde_json::from_slice(&body).unwrap();
            let key = (header::IDEMPOTENCY_KEY, body["delivery"]["id"].as_str().unwrap());
            let log = json!({ "event": "seen", "data": {}, "timestamp": Timestamp::now() });
            asked(&body, EVENTS, Some(key), log).await;
            asked(&body, "POST /api/v1/ext/telemetry", None, json!({})).await
        };
        Router::new().fallback(post(handler))
    };
    assert_idempotent(&StubApi::start(), reporting, &delivery()).await;
}

#[tokio::test]
async fn the_stand_in_is_as_before_in_the_end() {
    let api = StubApi::start();
    let (_, path) = EVENTS.split_once(' ').unwrap();
    api.on("POST", path).answer(202, json!({ "ok": true })).times(1);
    assert_idempotent(&api, || logging(Care::Key), &delivery()).await;
    let heard = call(&api.url(), EVENTS, &[], &Value::Null).await.unwrap();
    assert_eq!(heard.status, 202);
}

#[tokio::test]
async fn storing_the_same_secret_again_is_safe_and_another_is_not() {
    let storing = |values: &'static [&'static str]| {
        let next = Mutex::new(values.iter().cycle());
        move || {
            let value = *next.lock().unwrap().next().unwrap();
            let handler = async move |body: Bytes| {
                let body = serde_json::from_slice(&body).unwrap();
                asked(&body, SECRET, None, json!({ "value": value })).await
            };
            Router::new().fallback(post(handler))
        }
    };
    let api = StubApi::start();
    assert_idempotent(&api, storing(&["same"]), &delivery()).await;
    let said = refused(storing(&["first", "second"])).await;
    assert!(said.contains("is not idempotent"), "{said}");
    assert!(!said.contains("first") && !said.contains("second"), "{said}");
}

/// Rules out that a right handler is refused because each of its runs has a key of its own.
#[tokio::test]
async fn changing_a_record_to_the_same_again_is_safe_and_to_another_value_is_not() {
    let changing = |make: fn(u64) -> u64| {
        let runs = Arc::new(AtomicU64::new(0));
        move || {
            let runs = runs.clone();
            let handler = async move |body: Bytes| {
                let body = serde_json::from_slice(&body).unwrap();
                let run = runs.fetch_add(1, Relaxed);
                let key = format!("run-{run}");
                let record = json!({ "record": { "state": make(run) } });
                let line = format!("PATCH {CONTACTS}/1");
                asked(&body, &line, Some((header::IDEMPOTENCY_KEY, &key)), record).await
            };
            Router::new().fallback(post(handler))
        }
    };
    let api = StubApi::start();
    api.put_record("crm", "contacts", serde_json::Map::new());
    assert_idempotent(&api, changing(|_| 7), &delivery()).await;
    let check = tokio::spawn(async move {
        assert_idempotent(&api, changing(|run| run), &delivery()).await;
    });
    let said = *check.await.unwrap_err().into_panic().downcast::<String>().unwrap();
    assert!(said.contains("delivered twice in a row"), "{said}");
}

/// Looks before it writes, which bears a crash because what it wrote is found.
fn looking() -> Router {
    let handler = async |body: Bytes| {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let token = body["authentication"]["runtime_token"].as_str().unwrap();
        let url = body["api"]["base_url"].as_str().unwrap();
        let headers = [(header::RUNTIME_TOKEN, token)];
        let found = call(url, &format!("GET {CONTACTS}"), &headers, &Value::Null).await.unwrap();
        if found.json["data"] == json!([]) {
            let record = json!({ "record": { "name": "Ada" } });
            call(url, &format!("POST {CONTACTS}"), &headers, &record).await.unwrap();
        }
        StatusCode::OK
    };
    Router::new().fallback(post(handler))
}

#[tokio::test]
async fn looking_first_helps_but_not_at_the_same_time() {
    let said = refused(looking).await;
    assert!(said.contains("delivered twice at the same time"), "{said}");
}
