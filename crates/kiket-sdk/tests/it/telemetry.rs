//! What is told about each call of a handler.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kiket_sdk::prelude::*;
use kiket_sdk::{TelemetryRecord, TelemetryStatus};
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::log::Log;
use crate::program::{NOW, Program, extension};
use crate::wire::Request;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";

type Records = Arc<Mutex<Vec<TelemetryRecord>>>;

fn recorded(extension: Extension) -> (Extension, Records) {
    let records = Records::default();
    let kept = Arc::clone(&records);
    let extension =
        extension.feedback_hook(move |record| kept.lock().unwrap().push(record.clone()));
    (extension, records)
}

async fn ends_as_asked(payload: Value, context: Context) -> Result<Value> {
    match payload["end"].as_str() {
        Some("permanent") => Err(HandlerError::permanent(422, "no such project")),
        Some("retryable") => Err(HandlerError::retryable("not now")),
        Some("internal") => Err(std::io::Error::other("disk full").into()),
        Some("scopes") => Ok(context.require_scopes(&["issues.write"]).map(|()| json!(1))?),
        Some("panic") => panic!("of the test"),
        _ => Ok(json!({ "ok": true })),
    }
}

#[tokio::test]
async fn every_call_gives_one_record() {
    let (extension, records) = recorded(extension().extension_version("1.2.3"));
    let program = Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await;
    for end in ["ok", "permanent", "retryable", "internal", "scopes", "panic"] {
        program.deliver(&json!({ "end": end })).await;
    }
    let records = records.lock().unwrap();
    let told: Vec<_> = records
        .iter()
        .map(|record| (record.error_class.as_deref(), record.error_message.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (None, None),
            (Some("permanent"), Some("no such project")),
            (Some("retryable"), Some("not now")),
            (Some("internal"), Some("disk full")),
            (
                Some("missing_scopes"),
                Some(
                    "the runtime token lacks issues.write; add it to the manifest's `permissions`"
                )
            ),
            (Some("panic"), Some("the handler panicked")),
        ]
    );
    let first = &records[0];
    assert_eq!((first.event.as_str(), first.version.as_str()), ("issue.created", "v1"));
    assert_eq!(first.status, TelemetryStatus::Ok);
    assert_eq!(records[1].status, TelemetryStatus::Error);
    assert_eq!(first.timestamp.as_second(), NOW);
    assert_eq!(first.extension_id.as_deref(), Some("com.example.crm"));
    assert_eq!(first.extension_version.as_deref(), Some("1.2.3"));
    assert!(first.duration_ms > 0.0);
}

#[tokio::test]
async fn a_repeat_and_a_refusal_give_none() {
    let (extension, records) = recorded(extension());
    let program = Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await;
    let delivery = json!({ "delivery": { "id": ID } });
    for _ in 0..2 {
        assert_eq!(program.deliver(&delivery).await.status, 200);
    }
    let unknown = Request::signed("{}").path("/v/v9/webhooks/issue.created");
    assert_eq!(program.send(&unknown).await.status, 404);
    let records = records.lock().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].delivery_id.map(|id| id.to_string()).as_deref(), Some(ID));
}

#[tokio::test]
async fn a_late_handler_gives_its_record_when_it_ends() {
    let (extension, records) = recorded(extension().overrun(Duration::ZERO));
    let gate = Gate::new();
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    let late = json!({ "delivery": { "id": ID, "timeout_ms": 20 } });
    assert_eq!(program.deliver(&late).await.status, 503);
    gate.dropped().await;
    let records = records.lock().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].error_class.as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_hook_that_panics_harms_nothing() {
    let log = Log::collect();
    let extension = extension().feedback_hook(|_| panic!("of the test"));
    let program = Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await;
    for _ in 0..2 {
        assert_eq!(program.deliver(&json!({})).await.status, 200);
    }
    assert!(log.text().contains("the feedback hook panicked"), "{}", log.text());
}

#[tokio::test]
async fn a_hook_that_waits_gets_every_record_in_order() {
    let (sender, mut records) = tokio::sync::mpsc::channel(1);
    let extension = extension().async_feedback_hook(move |record| {
        let sender = sender.clone();
        async move { Ok(sender.send(record).await?) }
    });
    let program = Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await;
    // None waits for the hook, which waits for this test.
    for end in ["ok", "permanent", "retryable", "internal"] {
        program.deliver(&json!({ "end": end })).await;
    }
    for class in [None, Some("permanent"), Some("retryable"), Some("internal")] {
        assert_eq!(records.recv().await.unwrap().error_class.as_deref(), class);
    }
}

#[tokio::test]
async fn a_hook_that_waits_and_fails_panics_or_hangs_harms_nothing() {
    let log = Log::collect();
    let extension = extension().async_feedback_hook(|record| async move {
        match record.error_class.as_deref() {
            Some("permanent") => panic!("of the test"),
            Some("retryable") => Err(HandlerError::retryable("the hook's own")),
            _ => std::future::pending().await,
        }
    });
    let program = Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await;
    for (end, status) in [("permanent", 422), ("retryable", 503), ("ok", 200), ("fine", 200)] {
        assert_eq!(program.deliver(&json!({ "end": end })).await.status, status);
    }
    tokio::time::pause();
    program.stop().await.unwrap();
    let log = log.text();
    assert!(log.contains("is lost: it panicked"), "{log}");
    assert!(log.contains("is lost: it failed: the hook's own"), "{log}");
    assert!(log.contains("unfinished=2 lost=2"), "{log}");
}

#[tokio::test]
async fn the_log_says_which_delivery_of_which_trace_failed() {
    let log = Log::collect();
    let program = Program::serving(extension().webhook("issue.created", "v1", ends_as_asked)).await;
    let body = json!({ "end": "internal", "delivery": { "id": ID } });
    let request = Request::signed(body.to_string())
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(program.send(&request).await.status, 500);
    let log = log.text();
    for part in [
        "disk full",
        "com.example.crm",
        "issue.created",
        "v1",
        ID,
        "internal",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00f067aa0ba902b7",
    ] {
        assert!(log.contains(part), "`{part}` in {log}");
    }
}
