//! What the methods of `context.endpoints()` ask Kiket.

use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;

use crate::gate::Gate;
use crate::platform::Platform;
use crate::program::{Program, extension};
use crate::wire::Request;

/// Runs this handler for one delivery whose platform answers every call so.
async fn run<F, A>(answers: &'static str, handler: F) -> (Value, Vec<String>)
where
    F: Fn(Value, Context) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Value>> + Send + 'static,
{
    let mut platform = Platform::saying(answers).await;
    let extension = extension().base_url(platform.base_url());
    let program = Program::serving(extension.webhook("issue.created", "v1", handler)).await;
    let body = json!({ "authentication": { "runtime_token": "rt_1" }, "project_id": 27 });
    let answer = program.deliver(&body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut calls = Vec::new();
    while let Some(call) = platform.next_call() {
        assert!(call.contains("x-kiket-runtime-token: rt_1\r\n"), "{call}");
        assert!(call.contains("x-kiket-event-version: v1\r\n"), "{call}");
        calls.push(call);
    }
    (answer.json(), calls)
}

/// The request line's method and target.
fn line(call: &str) -> &str {
    call.split(" HTTP/1.1").next().unwrap()
}

fn body(call: &str) -> Value {
    serde_json::from_str(call.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn custom_data_is_listed_and_made() {
    let answers = r#"{"data":[]}"#;
    let (answer, calls) = run(answers, async |payload: Value, context: Context| {
        let project_id = payload["project_id"].as_i64().unwrap_or_default();
        let custom_data = context.endpoints().custom_data(project_id);
        let list = custom_data.list("com.example.crm.contacts", "automation_records");
        let contacts = list.limit(10).filter("status", "active").await?;
        Ok(json!({ "synced": contacts.data.len() }))
    })
    .await;
    assert_eq!(answer, json!({ "synced": 0 }));
    assert_eq!(
        line(&calls[0]),
        "GET /api/v1/ext/custom_data/com.example.crm.contacts/automation_records\
         ?filters=%7B%22status%22%3A%22active%22%7D&limit=10&project_id=27"
    );

    let (_, calls) = run(r#"{"data":{"id":1}}"#, async |_: Value, context: Context| {
        let lead = json!({ "email": "lead@example.com" });
        let made = context.endpoints().custom_data(27).create("m", "t", lead).await?;
        Ok(made.into())
    })
    .await;
    assert_eq!(line(&calls[0]), "POST /api/v1/ext/custom_data/m/t?project_id=27");
    assert_eq!(body(&calls[0]), json!({ "record": { "email": "lead@example.com" } }));
}

#[tokio::test]
async fn an_sla_warning_is_found_and_people_are_told() {
    let answers = r#"{"data":[{"id":1,"issue_id":4231,"state":"imminent",
        "definition":{"status":"in_progress"}}]}"#;
    let (answer, calls) = run(answers, async |_: Value, context: Context| {
        let endpoints = context.endpoints();
        let recent = endpoints.sla_events(27).list().state("imminent").limit(5).await?;
        let Some(first) = recent.data.first() else { return Ok(json!({ "ok": true })) };
        let text = format!("Issue #{} is {}", first.issue_id, first.state);
        endpoints.notify("SLA warning", &text, "warning").await?;
        Ok(json!({ "acknowledged": true }))
    })
    .await;
    assert_eq!(answer, json!({ "acknowledged": true }));
    assert_eq!(line(&calls[0]), "GET /api/v1/ext/sla/events?limit=5&project_id=27&state=imminent");
    assert_eq!(line(&calls[1]), "POST /api/v1/extensions/notifications");
    let told = json!({
        "title": "SLA warning", "body": "Issue #4231 is imminent", "level": "warning",
    });
    assert_eq!(body(&calls[1]), told);
}

#[tokio::test]
async fn a_rate_limit_is_seen_before_the_work() {
    let answers = r#"{"rate_limit":{"limit":600,"remaining":4,"window_seconds":60,"reset_in":9}}"#;
    let (answer, calls) = run(answers, async |_: Value, context: Context| {
        let limits = context.endpoints().rate_limit().await?;
        Ok(json!({ "deferred": limits.remaining < 5, "reset_in": limits.reset_in }))
    })
    .await;
    assert_eq!(answer, json!({ "deferred": true, "reset_in": 9 }));
    assert_eq!(line(&calls[0]), "GET /api/v1/ext/rate_limit");
}

#[tokio::test]
async fn metadata_metrics_and_addresses_are_the_extensions_own() {
    let answers = r#"{"name":"CRM","webhook_url":"https://kiket.dev/w","webhook_token":"w"}"#;
    let (_, calls) = run(answers, async |_: Value, context: Context| {
        let endpoints = context.endpoints();
        endpoints.emit_metric("synced", 3, "count").await?;
        let url = endpoints.webhook_url("status_callback").await?.webhook_url;
        assert_eq!(url, "https://kiket.dev/w");
        Ok(endpoints.get_metadata().await?.into())
    })
    .await;
    assert_eq!(line(&calls[0]), "POST /api/v1/extensions/metrics");
    assert_eq!(body(&calls[0]), json!({ "name": "synced", "value": 3.0, "unit": "count" }));
    assert_eq!(line(&calls[1]), "GET /api/v1/ext/webhook_url?action_name=status_callback");
    assert_eq!(line(&calls[2]), "GET /api/v1/extensions/com.example.crm");
}

#[tokio::test]
async fn a_metric_is_whatever_number_the_author_has() {
    let (_, calls) = run("{}", async |_: Value, context: Context| {
        let endpoints = context.endpoints();
        endpoints.emit_metric("n", [1, 2].len(), "count").await?;
        endpoints.emit_metric("n", u64::from(u32::MAX) + 1, "count").await?;
        endpoints.emit_metric("n", -3_i64, "count").await?;
        endpoints.emit_metric("n", 0.5_f32, "share").await?;
        Ok(Value::Null)
    })
    .await;
    let values: Vec<_> = calls.iter().map(|call| body(call)["value"].as_f64()).collect();
    assert_eq!(values, [2.0, 4_294_967_296.0, -3.0, 0.5].map(Some));
}

#[tokio::test]
async fn intake_forms_issues_and_audit_are_reached() {
    let answers = r#"{"id":4,"key":"bug","name":"Bug","merkle_root":"0xab","status":"confirmed"}"#;
    let (_, calls) = run(answers, async |_: Value, context: Context| {
        let endpoints = context.endpoints();
        endpoints.intake_forms(27).get("bug").await?;
        endpoints.issues().comment("SHOP-231", "It answers again.").await?;
        endpoints.audit().anchor("0xab").await?;
        Ok(Value::Null)
    })
    .await;
    assert_eq!(line(&calls[0]), "GET /api/v1/ext/intake_forms/bug?project_id=27");
    assert_eq!(line(&calls[1]), "POST /api/v1/ext/issues/SHOP-231/comments");
    assert_eq!(line(&calls[2]), "GET /api/v1/audit/anchors/0xab");
}

/// A delivery to a guard that has to be answered within 50 milliseconds.
fn asks_guard() -> Request {
    let body = json!({
        "authentication": { "runtime_token": "rt_1" },
        "delivery": { "id": "01936f5e-0000-7000-8000-000000000001", "timeout_ms": 50 },
    });
    Request::signed(body.to_string()).path("/v/v1/webhooks/workflow.before_transition")
}

#[tokio::test]
async fn a_guards_calls_end_at_its_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (sender, mut ended) = unbounded_channel();
    let guard = move |_: Value, context: Context| {
        let sender = sender.clone();
        async move {
            tokio::spawn(async move { sender.send(context.endpoints().rate_limit().await) });
            Ok(Guard::allow())
        }
    };
    let extension = extension().base_url(format!("http://{}", silent.local_addr().unwrap()));
    let extension = extension.guard("workflow.before_transition", "v1", guard);
    let program = Program::serving(extension).await;
    assert_eq!(program.send(&asks_guard()).await.status, 200);
    let error = ended.recv().await.unwrap().unwrap_err();
    let kiket_sdk::client::Error::Deadline { left, .. } = error else { panic!("{error:?}") };
    assert!(left.as_millis() <= 45, "{left:?}");
}

#[tokio::test]
async fn calls_of_background_work_outlive_the_deadline() {
    let api = Gate::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let held = api.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
        held.pass().await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull").await.unwrap();
    });
    let (sender, mut ended) = unbounded_channel();
    let guard = move |_: Value, context: Context| {
        let (sender, api) = (sender.clone(), api.clone());
        async move {
            let later = context.clone();
            context.background(async move {
                let passed = async {
                    while later.time_left().is_some_and(|left| !left.is_zero()) {
                        tokio::task::yield_now().await;
                    }
                    api.release(1);
                };
                let (called, ()) = tokio::join!(later.client().get::<Value>("/api/v1/me"), passed);
                let _ = sender.send(called);
                Ok(())
            })?;
            Ok(Guard::allow())
        }
    };
    let extension = extension().base_url(format!("http://{address}"));
    let extension = extension.guard("workflow.before_transition", "v1", guard);
    let program = Program::serving(extension).await;
    assert_eq!(program.send(&asks_guard()).await.status, 200);
    assert!(ended.recv().await.unwrap().is_ok());
}
