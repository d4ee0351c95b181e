//! Handlers that take longer than their caller waits.

use std::time::Duration;

use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::gate::Gate;
use crate::log::Log;
use crate::program::{Program, extension};
use crate::wire::Request;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";
const GUARDED: &str = "/v/v1/webhooks/workflow.before_transition";

/// A delivery that has to be answered within this many milliseconds, less a tenth.
fn delivery(timeout_ms: u64) -> Value {
    json!({ "delivery": { "id": ID, "timeout_ms": timeout_ms } })
}

async fn held(gate: &Gate) -> Program {
    Program::serving(extension().webhook("issue.created", "v1", gate.handler())).await
}

/// Sends a delivery and hangs up when its handler has started.
async fn abandon(program: &Program, gate: &Gate, request: &Request) {
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    stream.write_all(&request.bytes()).await.unwrap();
    gate.started().await;
    drop(stream);
}

#[tokio::test]
async fn a_late_handler_answers_the_retry() {
    let log = Log::collect();
    let gate = Gate::new();
    let program = held(&gate).await;
    let late = program.deliver(&delivery(50)).await;
    assert_eq!((late.status, late.code().as_str()), (503, "deadline_exceeded"));
    assert_eq!(late.header("retry-after"), Some("1"));
    gate.release(1);
    let retry = program.deliver(&delivery(10_000)).await;
    assert_eq!((retry.status, retry.json()), (200, json!({ "call": 1 })));
    assert_eq!(gate.calls(), 1);
    for line in ["the deadline has passed, the caller was answered 503", "ended after its caller"] {
        assert!(log.text().contains(line), "`{line}` in {}", log.text());
    }
}

#[tokio::test]
async fn an_overrun_without_end_is_possible() {
    let gate = Gate::new();
    let extension = extension().overrun(Duration::MAX);
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    assert_eq!(program.deliver(&delivery(50)).await.status, 503);
    gate.release(1);
    assert_eq!(program.deliver(&delivery(10_000)).await.json(), json!({ "call": 1 }));
}

#[tokio::test]
async fn a_guard_that_blocks_its_thread_past_the_deadline_allows_nothing() {
    async fn blocks(_: Value, context: Context) -> Result<Guard> {
        while context.time_left().is_some_and(|left| !left.is_zero()) {
            std::thread::yield_now();
        }
        Ok(Guard::allow())
    }
    let program =
        Program::serving(extension().guard("workflow.before_transition", "v1", blocks)).await;
    let asks = Request::signed(delivery(50).to_string()).path(GUARDED);
    assert_eq!(program.send(&asks).await.status, 503);
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_end_the_handler() {
    let gate = Gate::new();
    let program = held(&gate).await;
    abandon(&program, &gate, &Request::signed(delivery(10_000).to_string())).await;
    let address = program.address;
    let retry = Request::signed(delivery(10_000).to_string());
    let retry = tokio::spawn(async move { retry.send(address).await });
    gate.release(1);
    assert_eq!(retry.await.unwrap().json(), json!({ "call": 1 }));
    assert_eq!(gate.calls(), 1);
}

#[tokio::test]
async fn cancellation_fires_at_the_deadline_and_when_the_caller_hangs_up() {
    let gate = Gate::new();
    let handler = {
        let gate = gate.clone();
        move |_: Value, context: Context| {
            let gate = gate.clone();
            async move {
                assert!(!context.cancellation().is_cancelled());
                assert!(context.time_left().unwrap() > Duration::ZERO);
                gate.release(1);
                gate.pass().await;
                context.cancellation().cancelled().await;
                Ok(json!("cancelled"))
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", handler)).await;
    assert_eq!(program.deliver(&delivery(50)).await.status, 503);
    gate.started().await;
    assert_eq!(program.deliver(&delivery(10_000)).await.json(), json!("cancelled"));

    let other = json!({ "delivery": { "id": "01936f5e-0000-7000-8000-000000000002" } });
    abandon(&program, &gate, &Request::signed(other.to_string())).await;
    assert_eq!(program.deliver(&other).await.json(), json!("cancelled"));
}

#[tokio::test]
async fn an_overrun_has_an_end_and_the_retry_runs_again() {
    let log = Log::collect();
    let gate = Gate::new();
    let extension = extension().overrun(Duration::from_millis(50));
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    assert_eq!(program.deliver(&delivery(50)).await.status, 503);
    gate.dropped().await;
    assert!(log.text().contains("did not end in time"), "{}", log.text());
    gate.release(1);
    assert_eq!(program.deliver(&delivery(10_000)).await.json(), json!({ "call": 2 }));
}

#[tokio::test]
async fn without_overrun_a_late_handler_is_dropped_at_once() {
    let gate = Gate::new();
    let extension = extension().overrun(Duration::ZERO);
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    assert_eq!(program.deliver(&delivery(50)).await.status, 503);
    gate.dropped().await;
}

#[tokio::test]
async fn a_guard_is_dropped_at_its_deadline() {
    let gate = Gate::new();
    let guard = {
        let gate = gate.clone();
        move |_: Value, _: Context| {
            let gate = gate.clone();
            async move {
                gate.pass().await;
                Ok(Guard::allow())
            }
        }
    };
    let program =
        Program::serving(extension().guard("workflow.before_transition", "v1", guard)).await;
    let asks = |timeout_ms| Request::signed(delivery(timeout_ms).to_string()).path(GUARDED);
    assert_eq!(program.send(&asks(50)).await.status, 503);
    gate.dropped().await;

    // One whose caller hangs up still has its own time, and its answer waits for the second try.
    abandon(&program, &gate, &asks(10_000)).await;
    gate.started().await;
    gate.release(1);
    assert_eq!(program.send(&asks(10_000)).await.json()["status"], "allow");
    assert_eq!(gate.calls(), 2);

    let other = json!({ "delivery": { "id": "01936f5e-0000-7000-8000-000000000002",
        "timeout_ms": 50 } });
    abandon(&program, &gate, &Request::signed(other.to_string()).path(GUARDED)).await;
    gate.dropped().await;
}

#[tokio::test]
async fn without_deadlines_nothing_ends_a_handler() {
    let gate = Gate::new();
    let handler = {
        let gate = gate.clone();
        move |_: Value, context: Context| {
            let gate = gate.clone();
            async move {
                gate.pass().await;
                Ok(context.deadline().is_none() && context.time_left().is_none())
            }
        }
    };
    let extension = extension().deadlines(false).webhook("issue.created", "v1", handler);
    let program = Program::serving(extension).await;
    let address = program.address;
    let request = Request::signed(delivery(1).to_string());
    let answer = tokio::spawn(async move { request.send(address).await });
    gate.started().await;
    gate.release(1);
    assert_eq!(answer.await.unwrap().json(), json!(true));
}
