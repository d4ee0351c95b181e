//! The README of the Ruby SDK. Installing (`gem install`), publishing and the licence are no code of
//! an SDK and have no counterpart. Ruby's own paths lack `/api/v1`; ours are those of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kiket_contract::{header, scope};
use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi, create_signed_payload};
use serde_json::{Value, json};

use super::{
    Variables, Walk, asked, extension, get, imminent, issue_created, logged, post, rate_limit,
    stored, tells, told, variable,
};
use crate::program::{NOW, Program, SECRET};
use crate::wire::{Request, sign};

/// Quickstart: handlers as blocks.
#[tokio::test]
async fn blocks_handle_each_version_of_an_event() {
    let walk = Walk::of(|extension| {
        extension
            .register("issue.created", "v1", [], async |payload: Value, context: Context| {
                let summary = &payload["issue"]["title"];
                let endpoints = context.endpoints();
                endpoints.log_event("issue.created", json!({ "summary": summary })).await?;
                context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
                Ok(json!({ "ok": true }))
            })
            .register("issue.created", "v2", [], async |payload: Value, context: Context| {
                let data = json!({ "summary": payload["issue"]["title"], "schema": "v2" });
                context.endpoints().log_event("issue.created", data).await?;
                Ok(json!({ "ok": true, "version": context.event_version() }))
            })
    })
    .await;
    let walked = walk.deliver(&issue_created("v1").set("/issue/title", "Slow checkout")).await;
    assert_eq!((walked.status, walked.answer), (200, json!({ "ok": true })));
    let data = json!({ "summary": "Slow checkout" });
    assert_eq!(
        walked.calls,
        [logged("issue.created", "v1", data), stored("WEBHOOK_TOKEN", "abc123")]
    );
    let walked = walk.deliver(&issue_created("v2").set("/issue/title", "Slow checkout")).await;
    assert_eq!(walked.answer, json!({ "ok": true, "version": "v2" }));
    let data = json!({ "summary": "Slow checkout", "schema": "v2" });
    assert_eq!(walked.calls, [logged("issue.created", "v2", data)]);
}

/// Custom data helper.
#[tokio::test]
async fn one_helper_lists_and_makes_records() {
    let walk = Walk::of(|extension| {
        extension.webhook("issue.created", "v1", async |payload: Value, context: Context| {
            let project_id = payload["issue"]["project_id"].as_i64().or_permanent(422, "where?")?;
            let custom_data = context.endpoints().custom_data(project_id);
            let list = custom_data.list("com.example.crm.contacts", "automation_records");
            let list = list.limit(10).filter("status", "active").await?;
            let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
            custom_data.create("com.example.crm.contacts", "automation_records", lead).await?;
            Ok(json!({ "synced": list.data.len() }))
        })
    })
    .await;
    let Value::Object(record) = json!({ "status": "active", "project_id": 12 }) else { panic!() };
    walk.api.put_record("com.example.crm.contacts", "automation_records", record);
    let walked = walk.deliver(&issue_created("v1").project(12).set("/issue/project_id", 12)).await;
    assert_eq!(walked.answer, json!({ "synced": 1 }));
    let table = "/api/v1/ext/custom_data/com.example.crm.contacts/automation_records";
    let query = "filters=%7B%22status%22%3A%22active%22%7D&limit=10&project_id=12";
    let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
    assert_eq!(
        walked.calls,
        [
            get(&format!("{table}?{query}")),
            post(&format!("{table}?project_id=12"), json!({ "record": lead })),
        ]
    );
}

/// Custom data helper: the configured API key of the extension serves where no runtime token does.
#[tokio::test]
async fn the_api_key_and_the_workspace_token_serve_where_a_delivery_brings_no_token() {
    async fn lists(_payload: Value, context: Context) -> Result {
        context.endpoints().custom_data(27).list("m", "t").await?;
        context.endpoints().audit().anchors(&Default::default()).await?;
        Ok(())
    }
    const VARIABLES: Variables =
        &[("KIKET_EXTENSION_API_KEY", "ek_environment"), ("KIKET_WORKSPACE_TOKEN", "wk_other")];
    let records = get("/api/v1/ext/custom_data/m/t?project_id=27");
    for (given, key) in
        [(Some("ek_test"), "ek_test"), (Some(" "), "ek_environment"), (None, "ek_environment")]
    {
        let walk = Walk::of(|mut extension| {
            if let Some(given) = given {
                extension = extension.extension_api_key(given);
            }
            let extension = extension.environment(|name| variable(VARIABLES, name));
            extension.webhook("issue.created", "v1", lists)
        })
        .await;
        let (answer, calls) = walk.deliver_bare(&json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(asked(&calls), [records.clone(), get("/api/v1/audit/anchors")]);
        let credentials = |name| calls.iter().map(|call| call.header(name)).collect::<Vec<_>>();
        assert_eq!(credentials("x-kiket-api-key"), [Some(key), None]);
        assert_eq!(credentials("authorization"), [None, Some("Bearer wk_test")]);
        assert_eq!(credentials("x-kiket-runtime-token"), [None, None]);

        // With a runtime token neither is sent.
        assert_eq!(walk.deliver(&issue_created("v1")).await.calls[0], records);
    }
}

/// SLA alerts, and the secrets that are there for each of them.
#[tokio::test]
async fn the_first_imminent_service_level_is_logged() {
    let walk = Walk::of(|extension| {
        extension.webhook("workflow.sla_status", "v1", async |payload: Value, context: Context| {
            let project_id = payload["issue"]["project_id"].as_i64().or_permanent(422, "where?")?;
            let endpoints = context.endpoints();
            let events = endpoints.sla_events(project_id).list().state("imminent").limit(5).await?;
            let Some(first) = events.data.first() else { return Ok(json!({ "ok": true })) };
            let _per_alert = endpoints.secrets();
            let data = json!({ "issue_id": first.issue_id, "state": first.state });
            endpoints.log_event("sla.warning", data).await?;
            Ok(json!({ "acknowledged": true }))
        })
    })
    .await;
    let asked = get("/api/v1/ext/sla/events?limit=5&project_id=27&state=imminent");
    let walked = walk.deliver(&Delivery::new("workflow.sla_status", "v1")).await;
    assert_eq!((walked.answer, walked.calls), (json!({ "ok": true }), vec![asked.clone()]));

    walk.api.on("GET", "/api/v1/ext/sla/events").answer(200, imminent());
    let walked = walk.deliver(&Delivery::new("workflow.sla_status", "v1")).await;
    assert_eq!(walked.answer, json!({ "acknowledged": true }));
    let data = json!({ "issue_id": 4231, "state": "imminent" });
    assert_eq!(walked.calls, [asked, logged("sla.warning", "v1", data)]);
}

/// Environment variables: an empty one counts as none, and a secret's is found by its key.
#[tokio::test]
async fn a_secrets_variable_is_its_key_in_upper_case() {
    const VARIABLES: Variables = &[
        ("KIKET_SECRET_API_KEY", "key_1"),
        ("KIKET_SECRET_CRM_TOKEN", ""),
        ("CRM_TOKEN", "crm_1"),
    ];
    let walk = Walk::of(|extension| {
        let extension = extension.environment(|name| variable(VARIABLES, name));
        extension.webhook("issue.created", "v1", async |_: Value, context: Context| {
            let secrets = ["API_KEY", "api.key", "CRM_TOKEN"].map(|key| context.secret(key));
            Ok(json!(secrets.each_ref().map(|secret| secret.as_ref().map(Secret::expose))))
        })
    })
    .await;
    let walked = walk.deliver(&issue_created("v1")).await;
    assert_eq!(walked.answer, json!(["key_1", "key_1", "crm_1"]));
}

/// The manifest: found in the folder, and its delivery secret verifies.
#[tokio::test]
async fn a_folder_with_a_manifest_needs_no_other_option() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "id: com.example.marketing\nversion: 1.0.0\n\
        delivery_secret: sh_production_secret\nsettings:\n  - key: MAX_RETRIES\n    default: 3\n";
    std::fs::write(folder.path().join("manifest.yaml"), manifest).unwrap();
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    let extension = Extension::from_manifest_in(folder.path()).unwrap().environment(|_| None);
    let extension = extension.clock(kiket_sdk::Clock::manual(now)).webhook(
        "issue.created",
        "v1",
        async |_: Value, context: Context| Ok(context.settings().get::<u32>("MAX_RETRIES")?),
    );
    let program = Program::serving(extension).await;
    for (secret, status) in [("sh_production_secret", 200), (SECRET, 401)] {
        let answer = program.send(&Request::signed_by(secret, "{}")).await;
        assert_eq!(answer.status, status);
        assert!(status != 200 || answer.json() == json!(3));
    }
}

/// `KiketSDK`, the options: every one can be given in code.
#[tokio::test]
async fn every_option_can_be_given_in_code() {
    async fn lists(_payload: Value, context: Context) -> Result<Value> {
        context.client().get::<Value>("/api/v1/ext/rate_limit").await?;
        assert_eq!(context.secret("OTHER"), None);
        Ok(json!([context.extension_id(), context.extension_version(), context.settings().all()]))
    }
    let (api, sink) = (StubApi::start(), StubApi::start());
    let records = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&records);
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    let extension = Extension::new("com.example.marketing")
        .webhook_secret(SECRET)
        .workspace_token("wk_test")
        .base_url(api.url())
        .setting("MAX_RETRIES", 3)
        .setting("CHANNEL", "#crm")
        .extension_version("1.0.0")
        .auto_env_secrets(false)
        .telemetry_enabled(true)
        .feedback_hook(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        })
        .telemetry_url(sink.url())
        .environment(|name| variable(&[("KIKET_SECRET_OTHER", "never looked at")], name))
        .clock(kiket_sdk::Clock::manual(now))
        .register("issue.created", "v1", [], lists);
    let walk = Walk::serving(api, extension).await;
    let (answer, calls) = walk.deliver_bare(&json!({})).await;
    let settings = json!({ "MAX_RETRIES": 3, "CHANNEL": "#crm" });
    assert_eq!(answer.json(), json!(["com.example.marketing", "1.0.0", settings]));
    assert_eq!(asked(&calls), [get("/api/v1/ext/rate_limit")]);
    assert_eq!(calls[0].header("authorization"), Some("Bearer wk_test"));
    walk.program.stop().await.unwrap();
    sink.assert_called_times(1, "POST", "/telemetry");
    assert_eq!(records.load(Ordering::SeqCst), 1);
}

/// The context's hash.
#[tokio::test]
async fn a_block_is_given_everything_that_the_hash_lists() {
    let walk = Walk::of(|extension| {
        extension.setting("MAX_RETRIES", 3).register("issue.created", "v1", [], tells)
    })
    .await;
    walk.assert_context_is_whole().await;
}

/// The secret helper.
#[tokio::test]
async fn an_empty_secret_of_the_delivery_does_not_hide_the_default() {
    let walk = Walk::of(|extension| {
        let extension = extension.environment(|name| variable(&[("API_KEY", "default")], name));
        extension.webhook("issue.created", "v1", async |_: Value, context: Context| {
            let api_key = context.secret("API_KEY").or_permanent(422, "API_KEY not configured")?;
            Ok(json!({ "used": api_key.expose() }))
        })
    })
    .await;
    for (delivered, used) in [("own", "own"), ("", "default")] {
        let walked = walk.deliver(&issue_created("v1").secret("API_KEY", delivered)).await;
        assert_eq!(walked.answer, json!({ "used": used }));
    }
}

/// Runtime token authentication.
#[tokio::test]
async fn the_token_of_the_delivery_is_known_and_used() {
    let walk = Walk::of(|extension| {
        extension.webhook("issue.created", "v1", async |_: Value, context: Context| {
            let auth = context.auth();
            context.endpoints().log_event("processed", json!({ "ok": true })).await?;
            let (end, scopes) = (auth.expires_at, auth.scopes.join(", "));
            Ok(json!([auth.token_type, end.map(|at| at.to_string()), scopes]))
        })
    })
    .await;
    let walked = walk.deliver(&issue_created("v1").scopes([scope::API_WRITE])).await;
    assert_eq!(walked.answer, json!(["runtime", "2025-11-21T10:15:00Z", "ext.api.write"]));
    assert_eq!(walked.calls, [logged("processed", "v1", json!({ "ok": true }))]);
}

/// Scope checking: `*` grants everything, and what is missing is named.
#[tokio::test]
async fn required_scopes_are_checked_before_a_block_and_in_it() {
    let walk = Walk::of(|extension| {
        extension
            .register(
                "issue.created",
                "v1",
                ["issues.read", "issues.write"],
                async |payload: Value, context: Context| {
                    let data = json!({ "id": payload["issue"]["id"] });
                    context.endpoints().log_event("issue.processed", data).await?;
                    Ok(json!({ "ok": true }))
                },
            )
            .webhook("workflow.triggered", "v1", async |_: Value, context: Context| {
                context.require_scopes(&["workflows.execute", "custom_data.write"])?;
                let record = json!({ "email": "lead@example.com" });
                context.endpoints().custom_data(27).create("crm", "leads", record).await?;
                Ok(json!({ "ok": true }))
            })
    })
    .await;
    let processed = logged("issue.processed", "v1", json!({ "id": 4231 }));
    let record = json!({ "record": { "email": "lead@example.com" } });
    let made = post("/api/v1/ext/custom_data/crm/leads?project_id=27", record);
    for (event, missing, call) in [
        ("issue.created", ["issues.read", "issues.write"], processed),
        ("workflow.triggered", ["workflows.execute", "custom_data.write"], made),
    ] {
        let walked = walk.deliver(&Delivery::new(event, "v1").scopes(["*"])).await;
        assert_eq!((walked.status, walked.calls), (200, vec![call]));
        let walked = walk.deliver(&Delivery::new(event, "v1").scopes(scope::BASE)).await;
        assert_eq!((walked.status, walked.calls), (403, vec![]));
        assert_eq!(walked.answer["missing_scopes"], json!(missing));
    }
}

/// Testing: the signature of a body, and a request that carries it.
#[tokio::test]
async fn a_signature_is_made_and_its_request_is_handled() {
    async fn processed(payload: Value, _context: Context) -> Result<Value> {
        Ok(json!({ "processed": payload["issue"]["id"] }))
    }
    let api = StubApi::start();
    let sdk = extension(&api).webhook_secret("test-secret");
    let program = Program::serving(sdk.webhook("issue.created", "v1", processed)).await;
    let signed = create_signed_payload("test-secret", &json!({ "issue": { "id": "123" } }));
    assert_eq!(signed.headers["content-type"], "application/json");
    // The signature is that of `timestamp.body`; the extension under test has a clock of its own.
    let timestamp = signed.headers[header::TIMESTAMP].to_str().unwrap();
    let signature = sign("test-secret", Some(timestamp), signed.body.as_bytes());
    assert_eq!(signed.headers[header::SIGNATURE], signature.as_str());

    let request = Request::signed_by("test-secret", signed.body);
    let answer = program.send(&request.path("/v/1/webhooks/issue.created")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "processed": "123" })));
}

/// Rate limits, before expensive jobs.
#[tokio::test]
async fn people_are_told_when_few_calls_are_left() {
    let walk = Walk::of(|extension| {
        extension.webhook("automation.dispatch", "v1", async |_: Value, context: Context| {
            let limits = context.endpoints().rate_limit().await?;
            if limits.remaining < 5 {
                let (remaining, reset_in) = (limits.remaining, limits.reset_in);
                let text = format!("Only {remaining} requests remain (reset in {reset_in}s)");
                context.endpoints().notify("Rate limit warning", &text, "warning").await?;
                return Ok(json!({ "deferred": true }));
            }
            Ok(json!({ "ok": true }))
        })
    })
    .await;
    let asked = get("/api/v1/ext/rate_limit");
    let text = "Only 4 requests remain (reset in 9s)";
    for (remaining, answer, calls) in [
        (5, json!({ "ok": true }), vec![asked.clone()]),
        (4, json!({ "deferred": true }), vec![asked, told("Rate limit warning", text)]),
    ] {
        walk.api.on("GET", "/api/v1/ext/rate_limit").answer(200, rate_limit(remaining));
        let walked = walk.deliver(&Delivery::new("automation.dispatch", "v1")).await;
        assert_eq!((walked.answer, walked.calls), (answer, calls));
    }
}
