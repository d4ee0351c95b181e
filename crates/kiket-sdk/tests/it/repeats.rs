//! Deliveries that come more than once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::header;
use kiket_sdk::prelude::*;
use kiket_sdk::{Clock, EffectivelyOnce};
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::program::{NOW, Program, extension};
use crate::wire::{PATH, Request, sign};

const ID: &str = "01936f5e-0000-7000-8000-000000000001";
const OTHER: &str = "01936f5e-0000-7000-8000-000000000002";

fn delivery(id: &str) -> Value {
    json!({ "delivery": { "id": id, "attempt": 1 } })
}

/// One whose handler answers with the number of its call.
async fn counting(gate: &Gate) -> Program {
    Program::serving(extension().webhook("issue.created", "v1", gate.handler())).await
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_runs_nothing() {
    let gate = Gate::open();
    let program = counting(&gate).await;
    let first = program.deliver(&delivery(ID)).await;
    let again = json!({ "delivery": { "id": ID, "attempt": 2 }, "more": true });
    let second = program.deliver(&again).await;
    assert_eq!((first.status, first.json()), (200, json!({ "call": 1 })));
    assert_eq!((second.status, second.json()), (200, json!({ "call": 1 })));
    assert_eq!(program.deliver(&delivery(OTHER)).await.json(), json!({ "call": 2 }));
}

#[tokio::test]
async fn without_an_id_the_same_signed_bytes_are_a_repeat() {
    let gate = Gate::open();
    let program = counting(&gate).await;
    for (request, call) in [
        (Request::signed(r#"{"issue":1}"#), 1),
        (Request::signed(r#"{"issue":1}"#), 1),
        (Request::signed(r#"{"issue":2}"#), 2),
        (Request::stamped(&(NOW + 1).to_string(), r#"{"issue":1}"#), 3),
    ] {
        assert_eq!(program.send(&request).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn without_an_id_the_invocation_with_a_new_proof_is_a_repeat() {
    let gate = Gate::open();
    let program = counting(&gate).await;
    let attempt = |token: &str, issue: u32, invocation: &str| {
        let body = json!({ "authentication": { "runtime_token": token }, "issue": issue });
        Request::signed(body.to_string()).header(header::INVOCATION, invocation)
    };
    for (request, call) in [
        (attempt("first", 1, "a"), 1),
        (attempt("second", 1, "a"), 1),
        (attempt("third", 2, "a"), 2),
        (attempt("fourth", 1, "b"), 3),
    ] {
        assert_eq!(program.send(&request).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn another_spelling_of_the_version_makes_no_other_delivery() {
    let gate = Gate::open();
    let program = Program::serving(extension().fallback(gate.handler())).await;
    for version in ["v1", "1"] {
        let request = Request::signed("{}").path(&format!("/v/{version}/webhooks/issue.created"));
        assert_eq!(program.send(&request).await.json(), json!({ "call": 1 }), "{version}");
    }
}

#[tokio::test]
async fn the_same_body_for_two_events_is_no_repeat() {
    let gate = Gate::open();
    let extension = extension().webhook("issue.created", "v1", gate.handler()).webhook(
        "issue.updated",
        "v1",
        gate.handler(),
    );
    let program = Program::serving(extension).await;
    let request = || Request::signed("{}");
    assert_eq!(program.send(&request()).await.json(), json!({ "call": 1 }));
    let updated = request().path("/v/v1/webhooks/issue.updated");
    assert_eq!(program.send(&updated).await.json(), json!({ "call": 2 }));
}

#[tokio::test]
async fn a_permanent_failure_is_remembered_and_one_for_now_is_not() {
    for (status, calls) in [(422, 1), (403, 1), (503, 2), (500, 2)] {
        let count = Arc::new(AtomicUsize::new(0));
        let handler = {
            let count = Arc::clone(&count);
            move |_: Value, context: Context| {
                count.fetch_add(1, Ordering::SeqCst);
                async move {
                    context.require_scopes(if status == 403 { &["issues.read"] } else { &[] })?;
                    match status {
                        422 => Err::<(), _>(HandlerError::permanent(422, "no")),
                        503 => Err(HandlerError::retryable("not now")),
                        _ => Err(HandlerError::internal("a fault")),
                    }
                }
            }
        };
        let program = Program::serving(extension().webhook("issue.created", "v1", handler)).await;
        let first = program.deliver(&delivery(ID)).await;
        let second = program.deliver(&delivery(ID)).await;
        assert_eq!((first.status, second.status), (status, status));
        assert_eq!(first.text(), second.text());
        assert_eq!(count.load(Ordering::SeqCst), calls, "{status}");
    }
}

#[tokio::test]
async fn a_panic_is_forgotten() {
    let count = Arc::new(AtomicUsize::new(0));
    let handler = {
        let count = Arc::clone(&count);
        move |_: Value, _: Context| {
            let call = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                assert!(call > 1, "the first call panics");
                Ok(call)
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", handler)).await;
    assert_eq!(program.deliver(&delivery(ID)).await.status, 500);
    assert_eq!(program.deliver(&delivery(ID)).await.json(), json!(2));
}

#[tokio::test]
async fn repeats_that_come_at_once_run_once() {
    let gate = Gate::new();
    let program = counting(&gate).await;
    let address = program.address;
    let request = || Request::signed(delivery(ID).to_string());
    let attempts: Vec<_> =
        (0..20).map(|_| tokio::spawn(async move { request().send(address).await })).collect();
    gate.started().await;
    gate.release(20);
    for attempt in attempts {
        assert_eq!(attempt.await.unwrap().json(), json!({ "call": 1 }));
    }
    assert_eq!(gate.calls(), 1);
}

#[tokio::test]
async fn a_repeat_waits_until_its_own_deadline_and_no_longer() {
    let gate = Gate::new();
    let program = counting(&gate).await;
    let address = program.address;
    let first = Request::signed(delivery(ID).to_string());
    let first = tokio::spawn(async move { first.send(address).await });
    gate.started().await;
    let hurried = json!({ "delivery": { "id": ID, "timeout_ms": 50 } });
    let answer = program.deliver(&hurried).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "still_running"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    gate.release(1);
    assert_eq!(first.await.unwrap().json(), json!({ "call": 1 }));
}

#[tokio::test]
async fn when_the_first_fails_for_now_a_waiting_repeat_runs() {
    let gate = Gate::new();
    let handler = {
        let gate = gate.clone();
        move |_: Value, _: Context| {
            let gate = gate.clone();
            async move {
                match gate.pass().await {
                    1 => Err(HandlerError::retryable("not now")),
                    call => Ok(call),
                }
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", handler)).await;
    let address = program.address;
    let request = || Request::signed(delivery(ID).to_string());
    let first = tokio::spawn(async move { request().send(address).await });
    gate.started().await;
    let second = tokio::spawn(async move { request().send(address).await });
    gate.release(2);
    assert_eq!(first.await.unwrap().status, 503);
    assert_eq!(second.await.unwrap().json(), json!(2));
}

#[tokio::test]
async fn guards_and_actions_are_remembered_too() {
    let guarded = Arc::new(AtomicUsize::new(0));
    let (asked, acted) = (Arc::clone(&guarded), Arc::new(AtomicUsize::new(0)));
    let acting = Arc::clone(&acted);
    let extension = extension()
        .guard("workflow.before_transition", "v1", move |_: Value, _: Context| {
            let call = asked.fetch_add(1, Ordering::SeqCst);
            async move { Ok(if call == 0 { Guard::deny("once") } else { Guard::allow() }) }
        })
        .action("sync", move |_: Value, _: Context| {
            acting.fetch_add(1, Ordering::SeqCst);
            async move { Ok(ActionResult::success()) }
        });
    let program = Program::serving(extension).await;
    let call = json!({ "delivery": { "id": OTHER }, "action_key": "sync" });
    for _ in 0..2 {
        let asks = Request::signed(delivery(ID).to_string());
        let answer = program.send(&asks.path("/v/v1/webhooks/workflow.before_transition")).await;
        assert_eq!(answer.json()["status"], "deny");
        let acts = Request::signed(call.to_string()).path("/callback");
        assert_eq!(program.send(&acts).await.json()["status"], "success");
    }
    assert_eq!((guarded.load(Ordering::SeqCst), acted.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_delivery_is_forgotten_after_a_day() {
    let clock = Clock::manual(Timestamp::from_second(NOW).unwrap());
    let gate = Gate::open();
    let extension = extension().clock(clock.clone()).webhook("issue.created", "v1", gate.handler());
    let program = Program::serving(extension).await;
    let day = Duration::from_hours(24);
    for (pause, call) in
        [(Duration::ZERO, 1), (day - Duration::from_secs(1), 1), (Duration::from_secs(1), 2)]
    {
        clock.advance(pause);
        let request =
            Request::stamped(&clock.now().as_second().to_string(), delivery(ID).to_string());
        assert_eq!(program.send(&request).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn nothing_is_remembered_by_choice() {
    let gate = Gate::open();
    let extension = extension().effectively_once(EffectivelyOnce::Off).webhook(
        "issue.created",
        "v1",
        gate.handler(),
    );
    let program = Program::serving(extension).await;
    for call in [1, 2] {
        assert_eq!(program.deliver(&delivery(ID)).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn an_unsigned_repeat_learns_nothing() {
    let gate = Gate::open();
    let program = counting(&gate).await;
    assert_eq!(program.deliver(&delivery(ID)).await.status, 200);
    let forged =
        sign("another secret", Some(&NOW.to_string()), delivery(ID).to_string().as_bytes());
    let request = Request::new("POST", PATH)
        .header(header::TIMESTAMP, &NOW.to_string())
        .header(header::SIGNATURE, &forged)
        .body(delivery(ID).to_string());
    assert_eq!(program.send(&request).await.status, 401);
}
