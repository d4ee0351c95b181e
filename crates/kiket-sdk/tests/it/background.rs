//! Work that goes on after the answer.

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::log::Log;
use crate::program::{Program, extension};

#[tokio::test]
async fn the_answer_does_not_wait_for_it_and_the_end_of_the_program_does() {
    let gate = Gate::new();
    let starts = {
        let gate = gate.clone();
        move |_: Value, context: Context| {
            let gate = gate.clone();
            async move {
                context.background(async move {
                    gate.pass().await;
                    Ok(())
                })?;
                Ok(json!("answered"))
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", starts)).await;
    assert_eq!(program.deliver(&json!({})).await.json(), json!("answered"));
    gate.started().await;
    let stopped = program.stop();
    tokio::task::yield_now().await;
    assert!(!stopped.is_finished());
    gate.release(1);
    stopped.await.unwrap();
}

#[tokio::test]
async fn its_failures_and_panics_are_logged() {
    let log = Log::collect();
    async fn starts(_: Value, context: Context) -> Result {
        context.background(async { Err(HandlerError::permanent(422, "the index is gone")) })?;
        context.background(async { panic!("of the test") })?;
        Ok(())
    }
    let program = Program::serving(extension().webhook("issue.created", "v1", starts)).await;
    assert_eq!(program.deliver(&json!({})).await.status, 200);
    program.stop().await.unwrap();
    let log = log.text();
    assert!(log.contains("background work failed: the index is gone"), "{log}");
    assert!(log.contains("background work panicked"), "{log}");
    assert!(log.contains("issue.created"), "{log}");
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_asks_for_a_retry() {
    let gate = Gate::new();
    let starts = {
        let gate = gate.clone();
        move |_: Value, context: Context| {
            let gate = gate.clone();
            async move {
                for _ in 0..1025 {
                    let gate = gate.clone();
                    context.background(async move {
                        gate.pass().await;
                        Ok(())
                    })?;
                }
                Ok(())
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", starts)).await;
    let answer = program.deliver(&json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "try_again"));
    gate.release(1024);
    program.stop().await.unwrap();
    assert_eq!(gate.calls(), 1024);
}
