//! The README of the TypeScript SDK. Installing (`npm install`), publishing, the roadmap and the
//! licence are no code of an SDK and have no counterpart.

mod reference;

use std::sync::{Arc, Mutex};

use kiket_sdk::TelemetryRecord;
use kiket_sdk::prelude::*;
use kiket_sdk::testing::create_test_context;
use kiket_testkit::{Delivery, StubApi, create_signed_payload, send};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{NOW_TEXT, Walk, get, imminent, issue_created, logged, post, rate_limit, stored, told};

#[derive(Deserialize)]
struct IssueEvent {
    issue: Issue,
}

#[derive(Deserialize)]
struct Issue {
    title: String,
    project_id: i64,
}

async fn created(payload: IssueEvent, context: Context) -> Result<Value> {
    let summary = payload.issue.title;
    assert_eq!(context.event_version(), "v1");
    context.endpoints().log_event("issue.created", json!({ "summary": summary })).await?;
    context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
    Ok(json!({ "ok": true }))
}

async fn created_v2(payload: IssueEvent, context: Context) -> Result<Value> {
    let data = json!({ "summary": payload.issue.title, "schema": "v2" });
    context.endpoints().log_event("issue.created", data).await?;
    Ok(json!({ "ok": true, "version": context.event_version() }))
}

/// Quickstart: two versions of one event, by the path or by the header.
#[tokio::test]
async fn each_version_of_an_event_has_its_handler() {
    let walk = Walk::of(|extension| {
        extension.webhook("issue.created", "v1", created).webhook("issue.created", "v2", created_v2)
    })
    .await;
    for path in
        ["/v/v1/webhooks/issue.created", "/v/1/webhooks/issue.created", "/webhooks/issue.created"]
    {
        let walked = walk.deliver_to(path, &issue_created("v1")).await;
        assert_eq!((walked.status, walked.answer), (200, json!({ "ok": true })), "{path}");
        let data = json!({ "summary": "Restore checkout webhooks" });
        assert_eq!(
            walked.calls,
            [logged("issue.created", "v1", data), stored("WEBHOOK_TOKEN", "abc123")]
        );
    }
    let walked = walk.deliver(&issue_created("v2")).await;
    assert_eq!(walked.answer, json!({ "ok": true, "version": "v2" }));
    let data = json!({ "summary": "Restore checkout webhooks", "schema": "v2" });
    assert_eq!(walked.calls, [logged("issue.created", "v2", data)]);
}

/// Custom data helper.
#[tokio::test]
async fn records_are_listed_and_made_with_the_runtime_token() {
    async fn sync(payload: IssueEvent, context: Context) -> Result<Value> {
        let custom_data = context.endpoints().custom_data(payload.issue.project_id);
        let contacts = custom_data
            .list("com.example.crm.contacts", "automation_records")
            .limit(10)
            .filter("status", "active")
            .await?;
        let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
        custom_data.create("com.example.crm.contacts", "automation_records", lead).await?;
        Ok(json!({ "synced": contacts.data.len() }))
    }
    let walk = Walk::of(|extension| extension.webhook("issue.created", "v1", sync)).await;
    for status in ["active", "active", "gone"] {
        let record = Map::from_iter([("status".to_owned(), json!(status))]);
        walk.api.put_record("com.example.crm.contacts", "automation_records", record);
    }
    let walked = walk.deliver(&issue_created("v1")).await;
    assert_eq!(walked.answer, json!({ "synced": 2 }));
    let table = "/api/v1/ext/custom_data/com.example.crm.contacts/automation_records";
    let query = "filters=%7B%22status%22%3A%22active%22%7D&limit=10&project_id=27";
    let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
    assert_eq!(
        walked.calls,
        [
            get(&format!("{table}?{query}")),
            post(&format!("{table}?project_id=27"), json!({ "record": lead })),
        ]
    );
}

/// SLA events: people are told of the first that is imminent.
#[tokio::test]
async fn an_imminent_service_level_is_told() {
    async fn warn(payload: IssueEvent, context: Context) -> Result<Value> {
        let events = context.endpoints().sla_events(payload.issue.project_id);
        let events = events.list().state("imminent").limit(5).await?;
        let Some(first) = events.data.first() else { return Ok(json!({ "ok": true })) };
        let status = first.definition.as_ref().and_then(|level| level.status.as_deref());
        let status = status.unwrap_or("an unknown status");
        let text = format!("Issue #{} is {} for {status}", first.issue_id, first.state);
        context.endpoints().notify("SLA warning", &text, "warning").await?;
        Ok(json!({ "acknowledged": true }))
    }
    let walk = Walk::of(|extension| extension.webhook("workflow.sla_status", "v1", warn)).await;
    let asked = get("/api/v1/ext/sla/events?limit=5&project_id=27&state=imminent");
    let walked = walk.deliver(&Delivery::new("workflow.sla_status", "v1")).await;
    assert_eq!((walked.answer, walked.calls), (json!({ "ok": true }), vec![asked.clone()]));

    walk.api.on("GET", "/api/v1/ext/sla/events").answer(200, imminent());
    let walked = walk.deliver(&Delivery::new("workflow.sla_status", "v1")).await;
    assert_eq!(walked.answer, json!({ "acknowledged": true }));
    let text = "Issue #4231 is imminent for in_progress";
    assert_eq!(walked.calls, [asked, told("SLA warning", text)]);
}

/// Rate-limit helper.
#[tokio::test]
async fn work_is_put_off_when_few_calls_are_left() {
    async fn dispatch(_payload: Value, context: Context) -> Result<Value> {
        let limits = context.endpoints().rate_limit().await?;
        if limits.remaining < 10 {
            let (remaining, window) = (limits.remaining, limits.window_seconds);
            let data = json!({ "remaining": remaining, "windowSeconds": window });
            context.endpoints().log_event("rate_limited", data).await?;
            return Ok(json!({ "deferred": true, "resetIn": limits.reset_in }));
        }
        Ok(json!({ "processed": true }))
    }
    let walk =
        Walk::of(|extension| extension.webhook("automation.triggered", "v1", dispatch)).await;
    let asked = get("/api/v1/ext/rate_limit");
    walk.api.on("GET", "/api/v1/ext/rate_limit").answer(200, rate_limit(10));
    let walked = walk.deliver(&Delivery::new("automation.triggered", "v1")).await;
    assert_eq!((walked.answer, walked.calls), (json!({ "processed": true }), vec![asked.clone()]));

    walk.api.on("GET", "/api/v1/ext/rate_limit").answer(200, rate_limit(9));
    let walked = walk.deliver(&Delivery::new("automation.triggered", "v1")).await;
    assert_eq!(walked.answer, json!({ "deferred": true, "resetIn": 9 }));
    let data = json!({ "remaining": 9, "windowSeconds": 60 });
    assert_eq!(walked.calls, [asked, logged("rate_limited", "v1", data)]);
}

async fn as_asked(payload: Value, _context: Context) -> Result {
    match payload["fails_with"].as_str() {
        Some(reason) => Err(HandlerError::permanent(422, reason.to_owned())),
        None => Ok(()),
    }
}

/// Telemetry & feedback hooks: the hook and the address get a record of every call of a handler.
#[tokio::test]
async fn a_hook_and_an_address_get_every_record() {
    let sink = StubApi::start();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let feedback = move |record: TelemetryRecord| {
        let kept = Arc::clone(&kept);
        async move {
            assert!(record.duration_ms > 0.0);
            let line = format!("{}@{} -> {:?}", record.event, record.version, record.status);
            kept.lock().unwrap().push(line);
            Ok(())
        }
    };
    let url = sink.url();
    let walk = Walk::of(|extension| {
        extension.telemetry_enabled(true).async_feedback_hook(feedback).telemetry_url(url).webhook(
            "issue.created",
            "v1",
            as_asked,
        )
    })
    .await;
    let failing = issue_created("v1").set("/fails_with", "no such project");
    let deliveries = [(issue_created("v1"), 200), (failing, 422)];
    for (delivery, status) in &deliveries {
        let walked = walk.deliver(delivery).await;
        assert_eq!((walked.status, walked.calls), (*status, vec![]));
    }
    walk.program.stop().await.unwrap();
    assert_eq!(*lines.lock().unwrap(), ["issue.created@v1 -> Ok", "issue.created@v1 -> Error"]);

    let posted = sink.calls_of("POST", "/telemetry");
    let failures = [(Value::Null, Value::Null), (json!("no such project"), json!("permanent"))];
    assert_eq!(posted.len(), 2);
    for ((call, (delivery, _)), (message, class)) in posted.iter().zip(&deliveries).zip(failures) {
        assert_eq!(call.header("content-type"), Some("application/json"));
        for credential in ["authorization", "x-kiket-runtime-token", "x-kiket-api-key"] {
            assert_eq!(call.header(credential), None);
        }
        let mut record = call.json();
        assert!(record["duration_ms"].take().as_f64().unwrap() > 0.0);
        let status = if class.is_null() { "ok" } else { "error" };
        let expected = json!({
            "event": "issue.created", "version": "v1", "status": status, "duration_ms": null,
            "timestamp": NOW_TEXT, "extension_id": "com.example.marketing",
            "extension_version": "1.0.0", "error_message": message, "error_class": class,
            "delivery_id": delivery.id().to_string(), "metadata": {},
        });
        assert_eq!(record, expected);
    }
}

/// Telemetry & feedback hooks: `KIKET_SDK_TELEMETRY_OPTOUT=1` disables all of it.
#[tokio::test]
async fn opting_out_beats_everything_else() {
    let sink = StubApi::start();
    let url = sink.url();
    let walk = Walk::of(|extension| {
        extension
            .environment(|name| (name == "KIKET_SDK_TELEMETRY_OPTOUT").then(|| "1".to_owned()))
            .telemetry_enabled(true)
            .feedback_hook(|record| panic!("nobody wants {record:?}"))
            .telemetry_url(url)
            .webhook("issue.created", "v1", as_asked)
    })
    .await;
    assert_eq!(walk.deliver(&issue_created("v1")).await.status, 200);
    walk.program.stop().await.unwrap();
    sink.assert_nothing_called();
}

/// Testing: a signed payload for the whole extension, a context for the handler alone.
#[tokio::test]
async fn a_handler_is_tested_with_a_signed_payload_and_with_a_context() {
    async fn processed(payload: Value, _context: Context) -> Result<Value> {
        Ok(json!({ "processed": payload["issue"]["id"] }))
    }
    let sdk = Extension::new("com.example.marketing").webhook_secret("test-secret");
    let sdk = sdk.environment(|_| None).webhook("issue.created", "v1", processed);
    let service = sdk.into_service().unwrap();
    let payload = json!({ "issue": { "id": "123", "title": "Test Issue" } });
    for (secret, status) in [("test-secret", 200), ("another-secret", 401)] {
        let signed = create_signed_payload(secret, &payload);
        let response = send(&service, signed.request("/v/1/webhooks/issue.created")).await;
        response.assert_status(status);
        if status == 200 {
            assert_eq!(response.json(), json!({ "processed": "123" }));
        }
    }
    let answer = processed(payload, create_test_context()).await;
    assert_eq!(answer.unwrap(), json!({ "processed": "123" }));
}
