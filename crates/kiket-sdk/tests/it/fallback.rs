//! The fallback: whatever no other handler takes.

use kiket_sdk::RegistrationFault;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::program::{Program, echo, extension};
use crate::wire::{PATH, Request};

async fn told(_payload: Value, context: Context) -> Result<Value> {
    Ok(json!([context.event(), context.event_version()]))
}

async fn program() -> Program {
    Program::serving(extension().fallback(told).webhook("issue.created", "v1", echo)).await
}

#[tokio::test]
async fn the_fallback_takes_what_no_other_handler_takes() {
    let program = program().await;
    for (path, event, version) in [
        ("/v/v1/webhooks/issue.closed", "issue.closed", "v1"),
        ("/v/v2/webhooks/issue.created", "issue.created", "v2"),
        ("/webhooks/issue.closed?version=7", "issue.closed", "7"),
        ("/v/v1/webhooks/action.sync", "action.sync", "v1"),
    ] {
        let answer = program.send(&Request::signed("{}").path(path)).await;
        assert_eq!((answer.status, answer.json()), (200, json!([event, version])), "{path}");
    }
    let request = Request::signed("{}")
        .path("/")
        .header("X-Kiket-Event", "sla.breached")
        .header("X-Kiket-Event-Version", "2025-01");
    assert_eq!(program.send(&request).await.json(), json!(["sla.breached", "2025-01"]));
    let answer = program.send(&Request::signed(r#"{"own":1}"#)).await;
    assert_eq!((PATH, answer.json()), ("/v/v1/webhooks/issue.created", json!({ "own": 1 })));
}

#[tokio::test]
async fn the_fallback_takes_verified_deliveries_of_a_named_event_only() {
    let program = program().await;
    let path = "/v/v1/webhooks/issue.closed";
    for (request, status) in [
        (Request::signed_by("sh_other", "{}").path(path), 401),
        (Request::signed("{}").path("/webhooks/issue.closed"), 400),
        (Request::signed("{}").path("/?version=v1"), 404),
        (Request::signed("{}").path("/v/v1/webhooks/.."), 404),
        (Request::signed("{}").path("/v/*/webhooks/*"), 404),
        (Request::signed("{}").path("/v/v1/webhooks/%2e%2e"), 404),
        (Request::signed("[]").path(path), 400),
        (Request::signed(r#"{"event":"issue.created"}"#).path(path), 400),
        (Request::signed(r#"{"event_version":"v2"}"#).path(path), 400),
    ] {
        let answer = program.send(&request).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

/// An answer that says nothing would be read as "allow".
#[tokio::test]
async fn an_event_that_asks_first_never_falls_back() {
    let request = Request::signed("{}").path("/v/v1/webhooks/workflow.before_transition");
    let answer = program().await.send(&request).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "unknown_event"));
}

#[tokio::test]
async fn a_second_fallback_is_reported_with_both_places() {
    let error = extension().fallback(told).fallback(echo).bind("127.0.0.1:0").await.unwrap_err();
    let text = error.to_string();
    let kiket_sdk::Error::Registrations(faults) = error else { panic!("{text}") };
    assert!(matches!(faults[..], [RegistrationFault::SecondFallback { .. }]), "{text}");
    assert_eq!(text.matches("tests/it/fallback.rs:").count(), 2, "{text}");
}

#[tokio::test]
async fn health_tells_every_kind_of_handler() {
    let extension = extension()
        .webhook("issue.created", "v1", echo)
        .guard("workflow.before_transition", "v1", async |_: Value, _: Context| Ok(Guard::allow()))
        .action("sync", async |_: Value, _: Context| Ok(ActionResult::success()))
        .fallback(told);
    let program = Program::serving(extension).await;
    let health = program.send(&Request::new("GET", "/health")).await.json();
    assert_eq!(
        health["registered_handlers"],
        json!([
            { "event": "issue.created", "version": "v1", "kind": "webhook" },
            { "event": "workflow.before_transition", "version": "v1", "kind": "guard" },
            { "event": "action.sync", "version": "v1", "kind": "action" },
            { "event": "*", "version": "*", "kind": "fallback" },
        ])
    );
    assert_eq!(
        health["registered_events"],
        json!(["issue.created", "workflow.before_transition", "action.sync"])
    );
}
