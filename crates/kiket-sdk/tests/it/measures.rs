//! What is counted and measured.

use std::collections::BTreeMap;

use kiket_sdk::prelude::*;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::program::{Program, extension};
use crate::wire::Request;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";

/// What a test has measured, by name and labels; of durations, how many there are.
type Measured = BTreeMap<String, u64>;

/// Runs a test on this thread and gives what it has measured.
fn measured(test: impl AsyncFnOnce(&dyn Fn() -> Measured)) -> Measured {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let read = || {
        let entries = snapshotter.snapshot().into_vec().into_iter();
        let read = |value| match value {
            DebugValue::Counter(count) => count,
            DebugValue::Gauge(value) => value.0 as u64,
            DebugValue::Histogram(values) => {
                assert!(values.iter().all(|seconds| (0.0..10.0).contains(&seconds.0)));
                values.len() as u64
            }
        };
        entries
            .map(|(key, _, _, value)| {
                let labels = key.key().labels();
                let labels: Vec<_> =
                    labels.map(|label| format!("{}={}", label.key(), label.value())).collect();
                (format!("{}{{{}}}", key.key().name(), labels.join(",")), read(value))
            })
            .collect()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(test(&read));
        drop(runtime);
        read()
    })
}

async fn fails_as_asked(payload: Value, _: Context) -> Result {
    match payload["fails"].as_bool() {
        Some(true) => Err(HandlerError::retryable("not now")),
        _ => Ok(()),
    }
}

#[test]
fn calls_refusals_and_repeats_are_counted() {
    let measured = measured(async |_| {
        let extension =
            extension().webhook("issue.created", "v1", fails_as_asked).fallback(fails_as_asked);
        let program = Program::serving(extension).await;
        for _ in 0..3 {
            program.deliver(&json!({ "delivery": { "id": ID } })).await;
        }
        program.deliver(&json!({ "fails": true })).await;
        for event in ["one", "two"] {
            let request = Request::signed(json!({ "event": event }).to_string());
            program.send(&request.path(&format!("/v/v7/webhooks/{event}"))).await;
        }
        program.send(&Request::signed("{}").path("/").header("x-kiket-event", "x")).await;
        program.send(&Request::signed("{}").body("{ }")).await;
        program.send(&Request::new("GET", "/")).await;
    });
    let expected = [
        ("kiket_invocation_duration_seconds{event=*,version=*}", 2),
        ("kiket_invocation_duration_seconds{event=issue.created,version=v1}", 2),
        ("kiket_invocations_total{event=*,version=*,kind=fallback,outcome=ok}", 2),
        ("kiket_invocations_total{event=issue.created,version=v1,kind=webhook,outcome=ok}", 1),
        (
            "kiket_invocations_total{event=issue.created,version=v1,kind=webhook,\
             outcome=retryable}",
            1,
        ),
        ("kiket_refusals_total{code=invalid_signature}", 1),
        ("kiket_refusals_total{code=missing_version}", 1),
        ("kiket_refusals_total{code=wrong_method}", 1),
        ("kiket_repeats_total{}", 2),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(measured, BTreeMap::from(expected));
}

#[test]
fn background_work_counts_while_it_is_under_way() {
    const NAME: &str = "kiket_background_work{}";
    let at_the_end = measured(async |read| {
        let gate = Gate::new();
        let starts = {
            let gate = gate.clone();
            move |_: Value, context: Context| {
                let gate = gate.clone();
                async move {
                    for _ in 0..2 {
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
        assert_eq!(program.deliver(&json!({})).await.status, 200);
        assert_eq!(read()[NAME], 2);
        gate.release(2);
        program.stop().await.unwrap();
    });
    assert_eq!(at_the_end[NAME], 0);
}
