//! Mistakes that other receivers of these webhooks have made, where no other test shows them.

use std::sync::Arc;

use kiket_contract::header;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::bad_input::Counting;
use crate::platform::Platform;
use crate::program::{Program, echo, extension};
use crate::wire::{PATH, Request};

#[tokio::test]
async fn an_address_in_a_body_is_never_called_whether_signed_or_not() {
    let mut named = Platform::succeeding().await;
    let extension = Counting::of(extension().base_url("http://127.0.0.1:9")).await;
    let body = json!({
        "api": { "base_url": named.base_url(), "runtime_header": "Authorization" },
        "authentication": { "runtime_token": "a.b.c", "scopes": ["*"] },
    })
    .to_string();
    let unsigned = Request::new("POST", PATH).body(body.as_str());
    let wrongly = Request::signed_by("another", body.as_str());
    for (request, status) in [(unsigned, 401), (wrongly, 401), (Request::signed(body), 200)] {
        assert_eq!(extension.program.send(&request).await.status, status);
        assert!(!named.was_called());
    }
}

#[tokio::test]
async fn a_token_is_no_proof_without_a_signature() {
    let extension = Counting::new().await;
    let body = r#"{"authentication":{"runtime_token":"a.b.c","scopes":["*"]}}"#;
    for (name, value) in
        [("X-None", ""), (header::RUNTIME_TOKEN, "a.b.c"), ("Authorization", "Bearer a.b.c")]
    {
        let request = Request::new("POST", PATH).header(name, value).body(body);
        assert_eq!(extension.program.send(&request).await.status, 401, "{name}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn no_spelling_of_a_path_walks_round_the_proof() {
    let extension = Counting::new().await;
    for path in [
        "/%77ebhooks/issue.created?version=v1",
        "/v/v1/%77ebhooks/issue.created",
        "/webhooks;p/issue.created?version=v1",
        "/v/v1/webhooks/issue.created;p=1",
        "//v/v1/webhooks/issue.created",
        "/V/v1/WEBHOOKS/issue.created",
        "/health/../v/v1/webhooks/issue.created",
        "/health;/v/v1/webhooks/issue.created",
        "http://127.0.0.1/v/v1/webhooks/issue.created",
    ] {
        let request = Request::new("POST", path)
            .header(header::EVENT, "issue.created")
            .header(header::EVENT_VERSION, "v1")
            .body("{}");
        assert_eq!(extension.program.send(&request).await.status, 401, "{path}");
    }
    extension.is_unharmed().await;
}

#[tokio::test]
async fn a_body_is_verified_as_it_came() {
    let program = Program::echoing().await;
    for body in [
        "{\n  \"a\": 1\n}\n",
        "{\r\n\t\"a\": 1\r\n}\r\n\r\n",
        " {\"a\":1}",
        "{\"a\":1}\u{20}",
        "{\"b\":\"\u{2028}\u{85}\",\"a\":1}",
    ] {
        let answer = program.send(&Request::signed(body)).await;
        assert_eq!((answer.status, &answer.json()["a"]), (200, &json!(1)), "{body:?}");
        let joined: String = body.split(['\n', '\r', ' ', '\t']).collect();
        if joined != body {
            let answer = program.send(&Request::signed(body).body(joined)).await;
            assert_eq!(answer.status, 401, "{body:?}");
        }
    }
    // A mark before the body is not JSON, and taking it away is a change.
    let marked = Request::signed("\u{feff}{}");
    assert_eq!(program.send(&marked).await.status, 400);
    assert_eq!(program.send(&marked.body("{}")).await.status, 401);
    // Bytes that are not UTF-8 are not replaced before they are verified.
    let broken = Request::signed(*b"{\"a\":\"\xff\"}");
    assert_eq!(program.send(&broken).await.status, 400);
    assert_eq!(program.send(&broken.body("{\"a\":\"\u{fffd}\"}")).await.status, 401);
}

#[tokio::test]
async fn every_answer_is_json_and_every_refusal_has_a_code() {
    async fn fails(payload: Value, _context: Context) -> Result {
        match payload["how"].as_str() {
            Some("panic") => panic!("asked to"),
            Some("retry") => Err(HandlerError::retryable("<b>not now</b>")),
            _ => Err(HandlerError::permanent(410, "<script>")),
        }
    }
    let scoped = ["issues.read"];
    let extension = extension().webhook("issue.created", "v1", fails).register(
        "issue.created",
        "v2",
        scoped,
        echo,
    );
    let program = Program::serving(extension).await;
    for (request, status) in [
        (Request::new("POST", PATH), 401),
        (Request::new("PUT", PATH), 405),
        (Request::signed("<html>"), 400),
        (Request::signed("{}").path("/webhooks/issue.created"), 400),
        (Request::signed("{}").path("/v/v1/webhooks/%3Cscript%3E"), 404),
        (Request::signed("{}").path("/v/v2/webhooks/issue.created"), 403),
        (Request::signed("{}").header("Content-Type", "text/html"), 415),
        (Request::signed("x".repeat(1024 * 1024 + 1)), 413),
        (Request::signed("{}"), 410),
        (Request::signed(r#"{"how":"retry"}"#), 503),
        (Request::signed(r#"{"how":"panic"}"#), 500),
    ] {
        let answer = program.send(&request).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"), "{status}");
        let told = answer.json();
        assert!(told["error"].is_string() && told["code"].is_string(), "{told}");
        assert!(status == 410 || !answer.text().contains("<script>"), "{told}");
    }
}

#[tokio::test]
async fn every_header_reaches_the_handler() {
    async fn headers(_payload: Value, context: Context) -> Result<Value> {
        let of = |name: &str| {
            let values = context.headers().get_all(name).iter();
            values.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect::<Vec<_>>()
        };
        let names = ["content-type", "content-length", "x-kiket-project", "x-twice", "user-agent"];
        Ok(json!(names.map(of)))
    }
    let program = Program::serving(extension().webhook("issue.created", "v1", headers)).await;
    let request = Request::signed("{}")
        .header("Content-Type", "application/json")
        .header("X-Kiket-Project", "27")
        .header("X-Twice", "a")
        .header("x-twice", "b")
        .header("User-Agent", "Kiket/1");
    let told = program.send(&request).await.json();
    assert_eq!(told, json!([["application/json"], ["2"], ["27"], ["a", "b"], ["Kiket/1"]]));
}

#[tokio::test]
async fn another_spelling_of_the_version_is_no_second_delivery() {
    let calls = Arc::new(Semaphore::new(0));
    let handler = {
        let calls = Arc::clone(&calls);
        move |_: Value, _: Context| {
            calls.add_permits(1);
            async { Ok(()) }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", handler)).await;
    for request in
        [Request::signed("{}"), Request::signed("{}").path("/v/1/webhooks/issue.created")]
    {
        assert_eq!(program.send(&request).await.status, 200);
    }
    assert_eq!(calls.available_permits(), 1);
}
