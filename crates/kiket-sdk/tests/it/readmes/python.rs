//! The README of the Python SDK. Installing (`uv add`), publishing and the roadmap are no code of an
//! SDK and have no counterpart; its pytest fixtures are `Delivery::replay` and the context here. Python's
//! own `log_event` and `secrets.set` have another form; ours is that of the other SDKs.

use std::sync::{Arc, Mutex};

use kiket_contract::scope;
use kiket_sdk::prelude::*;
use kiket_sdk::testing::create_test_context;
use kiket_sdk::{TelemetryRecord, TelemetryStatus};
use kiket_testkit::{Delivery, StubApi};
use serde_json::{Value, json};

use super::{Walk, get, imminent, issue_created, logged, post, rate_limit, stored, told, variable};

/// Quickstart: handlers by attributes.
mod quickstart {
    use super::*;

    #[webhook("issue.created", version = "v1")]
    async fn handle_issue(payload: Value, context: Context) -> Result<Value> {
        let summary = &payload["issue"]["title"];
        assert_eq!(context.event_version(), "v1");
        context.endpoints().log_event("issue.created", json!({ "summary": summary })).await?;
        context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
        Ok(json!({ "ok": true }))
    }

    #[webhook("issue.created", version = "v2")]
    async fn handle_issue_v2(payload: Value, context: Context) -> Result<Value> {
        let data = json!({ "summary": payload["issue"]["title"], "schema": "v2" });
        context.endpoints().log_event("issue.created", data).await?;
        Ok(json!({ "ok": true, "version": context.event_version() }))
    }

    /// Quickstart.
    #[tokio::test]
    async fn decorated_functions_handle_each_version_of_an_event() {
        let handlers = || handlers![handle_issue, handle_issue_v2];
        let walk = Walk::of(|extension| extension.load(handlers())).await;
        let walked = walk.deliver(&issue_created("v1")).await;
        assert_eq!((walked.status, walked.answer), (200, json!({ "ok": true })));
        let data = json!({ "summary": "Restore checkout webhooks" });
        assert_eq!(
            walked.calls,
            [logged("issue.created", "v1", data), stored("WEBHOOK_TOKEN", "abc123")]
        );
        let walked = walk.deliver(&issue_created("v2")).await;
        assert_eq!(walked.answer, json!({ "ok": true, "version": "v2" }));
        let data = json!({ "summary": "Restore checkout webhooks", "schema": "v2" });
        assert_eq!(walked.calls, [logged("issue.created", "v2", data)]);
    }

    /// Testing utilities: a recorded payload is replayed, and a handler is called as a function.
    #[tokio::test]
    async fn a_recorded_payload_is_replayed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("issue.created.v2.json");
        std::fs::write(&file, r#"{"issue":{"title":"Slow checkout"}}"#).unwrap();
        let walk = Walk::of(|extension| extension.load(handlers![handle_issue_v2])).await;
        let walked = walk.deliver(&Delivery::replay(file).unwrap()).await;
        let data = json!({ "summary": "Slow checkout", "schema": "v2" });
        assert_eq!(walked.calls, [logged("issue.created", "v2", data)]);

        // Without a token of its own the context sends nothing.
        let failed = handle_issue(json!({}), create_test_context()).await.unwrap_err();
        assert_eq!(failed.status(), 500);
    }
}

/// Custom data client: the project is the payload's own.
#[tokio::test]
async fn records_of_the_payloads_project_are_listed_and_made() {
    #[webhook("issue.created", version = "v1")]
    async fn handle_issue(payload: Value, context: Context) -> Result<Value> {
        let project_id = payload["project_id"].as_i64().or_permanent(422, "no project")?;
        let custom_data = context.endpoints().custom_data(project_id);
        let list = custom_data.list("com.example.crm.contacts", "automation_records");
        let contacts = list.limit(25).filter("status", "active").await?;
        let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
        let made =
            custom_data.create("com.example.crm.contacts", "automation_records", lead).await?;
        Ok(json!([contacts.data, made]))
    }
    let walk = Walk::of(|extension| extension.load(handlers![handle_issue])).await;
    let Value::Object(record) = json!({ "status": "active", "project_id": 31 }) else { panic!() };
    walk.api.put_record("com.example.crm.contacts", "automation_records", record);
    let walked = walk.deliver(&issue_created("v1").project(31).set("/project_id", 31)).await;
    let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
    let mut made = lead.clone();
    (made["id"], made["project_id"]) = (json!(2), json!(31));
    let found = json!({ "id": 1, "project_id": 31, "status": "active" });
    assert_eq!(walked.answer, json!([[found], made]));
    let table = "/api/v1/ext/custom_data/com.example.crm.contacts/automation_records";
    let query = "filters=%7B%22status%22%3A%22active%22%7D&limit=25&project_id=31";
    assert_eq!(
        walked.calls,
        [
            get(&format!("{table}?{query}")),
            post(&format!("{table}?project_id=31"), json!({ "record": lead })),
        ]
    );
}

/// SLA alerts.
#[tokio::test]
async fn recent_service_level_events_are_told() {
    #[webhook("workflow.sla_status", version = "v1")]
    async fn handle_sla(payload: Value, context: Context) -> Result<Value> {
        let project_id = payload["issue"]["project_id"].as_i64().or_permanent(422, "no project")?;
        let endpoints = context.endpoints();
        let recent = endpoints.sla_events(project_id).list().state("imminent").limit(5).await?;
        let Some(first) = recent.data.first() else { return Ok(json!({ "ok": true })) };
        let status = first.definition.as_ref().and_then(|level| level.status.as_deref());
        let status = status.or_permanent(422, "the service level has no status")?;
        let text = format!("Issue #{} is {} for {status}", first.issue_id, first.state);
        endpoints.notify("SLA warning", &text, "warning").await?;
        Ok(json!({ "acknowledged": true }))
    }
    let walk = Walk::of(|extension| extension.load(handlers![handle_sla])).await;
    let asked = get("/api/v1/ext/sla/events?limit=5&project_id=27&state=imminent");
    let text = "Issue #4231 is imminent for in_progress";
    let told = told("SLA warning", text);
    for (events, answer, calls) in [
        (json!({ "data": [] }), json!({ "ok": true }), vec![asked.clone()]),
        (imminent(), json!({ "acknowledged": true }), vec![asked, told]),
    ] {
        walk.api.on("GET", "/api/v1/ext/sla/events").answer(200, events);
        let walked = walk.deliver(&Delivery::new("workflow.sla_status", "v1")).await;
        assert_eq!((walked.answer, walked.calls), (answer, calls));
    }
}

/// Telemetry & feedback hooks: the address comes from the variable, and one that fails harms nothing.
#[tokio::test]
async fn records_go_to_the_hook_and_the_variables_address() {
    #[webhook("issue.created", version = "v1")]
    async fn handle_issue(_payload: Value, _context: Context) -> Result {
        Ok(())
    }
    let sink = StubApi::start();
    sink.on("POST", "/api/v1/ext/telemetry").fail(503).times(1);
    let url = format!("{}/api/v1/ext", sink.url());
    let records = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&records);
    let feedback = move |record: &TelemetryRecord| kept.lock().unwrap().push(record.clone());
    let walk = Walk::of(|extension| {
        extension
            .telemetry_enabled(true)
            .feedback_hook(feedback)
            .environment(move |name| (name == "KIKET_SDK_TELEMETRY_URL").then(|| url.clone()))
            .load(handlers![handle_issue])
    })
    .await;
    assert_eq!(walk.deliver(&issue_created("v1")).await.status, 200);
    walk.program.stop().await.unwrap();

    let [record] = &records.lock().unwrap()[..] else { panic!("one record") };
    assert_eq!((&*record.event, &*record.version), ("issue.created", "v1"));
    assert_eq!(record.status, TelemetryStatus::Ok);
    let posted = sink.calls_of("POST", "/api/v1/ext/telemetry");
    assert_eq!(posted.len(), 2, "the first was refused");
    assert_eq!(posted[1].json(), serde_json::to_value(record).unwrap());
    assert_eq!(posted[1].header("x-kiket-runtime-token"), None);
}

/// Secret helper.
#[tokio::test]
async fn the_organisations_secret_overrides_the_extensions_default() {
    #[webhook("issue.created", version = "v1")]
    async fn handle_issue(_payload: Value, context: Context) -> Result<Value> {
        let api_key = context.secret("API_KEY").or_permanent(422, "API_KEY not configured")?;
        Ok(json!({ "used": api_key.expose() }))
    }
    let walk = Walk::of(|extension| {
        let extension = extension.environment(|name| variable(&[("API_KEY", "default")], name));
        extension.load(handlers![handle_issue])
    })
    .await;
    let own = issue_created("v1").secret("API_KEY", "own");
    assert_eq!(walk.deliver(&own).await.answer, json!({ "used": "own" }));
    assert_eq!(walk.deliver(&issue_created("v1")).await.answer, json!({ "used": "default" }));

    let walk = Walk::of(|extension| extension.load(handlers![handle_issue])).await;
    let failed = walk.deliver(&issue_created("v1")).await;
    assert_eq!((failed.status, &failed.answer["error"]), (422, &json!("API_KEY not configured")));
}

/// Rate-limit helper.
#[tokio::test]
async fn a_dispatch_is_deferred_until_the_next_window() {
    #[webhook("automation.dispatch", version = "v1")]
    async fn handle_dispatch(_payload: Value, context: Context) -> Result<Value> {
        let limits = context.endpoints().rate_limit().await?;
        if limits.remaining < 5 {
            let text = format!("Only {} calls remain in this window", limits.remaining);
            context.endpoints().notify("Rate limit warning", &text, "warning").await?;
            return Ok(json!({ "deferred": true, "reset_in": limits.reset_in }));
        }
        Ok(json!({ "ok": true }))
    }
    let walk = Walk::of(|extension| extension.load(handlers![handle_dispatch])).await;
    let asked = get("/api/v1/ext/rate_limit");
    let told = told("Rate limit warning", "Only 0 calls remain in this window");
    for (remaining, answer, calls) in [
        (600, json!({ "ok": true }), vec![asked.clone()]),
        (0, json!({ "deferred": true, "reset_in": 9 }), vec![asked, told]),
    ] {
        walk.api.on("GET", "/api/v1/ext/rate_limit").answer(200, rate_limit(remaining));
        let walked = walk.deliver(&Delivery::new("automation.dispatch", "v1")).await;
        assert_eq!((walked.answer, walked.calls), (answer, calls));
    }
}

/// Runtime token authentication: what `context.auth` contains.
#[tokio::test]
async fn the_authentication_has_token_type_end_and_scopes() {
    #[webhook("issue.created", version = "v1")]
    async fn handle_issue(_payload: Value, context: Context) -> Result<Value> {
        let auth = context.auth();
        context.endpoints().log_event("processed", json!({ "ok": true })).await?;
        let token = auth.runtime_token.as_ref().or_permanent(422, "no token")?;
        assert!(!format!("{auth:?}").contains(token.expose()));
        Ok(json!([auth.token_type, auth.expires_at.map(|at| at.to_string()), auth.scopes]))
    }
    let walk = Walk::of(|extension| extension.load(handlers![handle_issue])).await;
    let walked = walk.deliver(&issue_created("v1").scopes(scope::BASE)).await;
    assert_eq!(walked.answer, json!(["runtime", "2025-11-21T10:15:00Z", scope::BASE]));
    assert_eq!(walked.calls, [logged("processed", "v1", json!({ "ok": true }))]);
}

/// Scope checking: the attribute's scopes are checked although the handlers are loaded together.
#[tokio::test]
async fn scopes_of_an_attribute_are_not_lost_on_loading() {
    #[webhook("issue.created", version = "v1", required_scopes = ["issues.read", "issues.write"])]
    async fn handle_issue(payload: Value, context: Context) -> Result<Value> {
        let data = json!({ "id": payload["issue"]["id"] });
        context.endpoints().log_event("issue.processed", data).await?;
        Ok(json!({ "ok": true }))
    }
    #[webhook("workflow.triggered", version = "v1")]
    async fn handle_workflow(payload: Value, context: Context) -> Result<Value> {
        context.require_scopes(&["workflows.execute", "custom_data.write"])?;
        let project_id = payload["project_id"].as_i64().or_permanent(422, "no project")?;
        let record = json!({ "workflow": payload["workflow"]["key"] });
        context.endpoints().custom_data(project_id).create("crm", "runs", record).await?;
        Ok(json!({ "ok": true }))
    }
    let walk = Walk::of(|extension| extension.load(handlers![handle_issue, handle_workflow])).await;
    let record = json!({ "record": { "workflow": "incident" } });
    for (event, scopes, call) in [
        (
            "issue.created",
            ["issues.read", "issues.write"],
            logged("issue.processed", "v1", json!({ "id": 4231 })),
        ),
        (
            "workflow.triggered",
            ["workflows.execute", "custom_data.write"],
            post("/api/v1/ext/custom_data/crm/runs?project_id=27", record),
        ),
    ] {
        let granted = Delivery::new(event, "v1").scopes(scopes.into_iter().chain(scope::BASE));
        let walked = walk.deliver(&granted).await;
        assert_eq!((walked.answer, walked.calls), (json!({ "ok": true }), vec![call]));
        let walked = walk.deliver(&Delivery::new(event, "v1")).await;
        assert_eq!((walked.status, walked.calls), (403, vec![]));
        assert_eq!(walked.answer["required_scopes"], json!(scopes));
    }
}
