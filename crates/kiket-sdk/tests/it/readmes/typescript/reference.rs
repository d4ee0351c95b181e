//! From the environment variables on: configuration and reference.

use kiket_contract::scope;
use kiket_sdk::Registration;
use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi};
use serde_json::{Value, json};

use crate::program::{NOW, Program};
use crate::readmes::{
    NOW_TEXT, Variables, Walk, asked, delete, get, issue_created, logged, post, secret_path,
    stored, tells, variable,
};
use crate::wire::Request;

const MANIFEST: &str = "
id: com.example.marketing
version: 1.0.0
delivery_secret: sh_production_secret
settings:
  - key: API_KEY
    secret: true
  - key: MAX_RETRIES
    default: 3
  - key: TIMEOUT_MS
    default: 5000
";

/// Logs what the extension is configured with.
async fn configured(_payload: Value, context: Context) -> Result<Value> {
    context.endpoints().log_event("configured", json!({})).await?;
    let settings = context.settings();
    Ok(json!({
        "api_key": context.secret("API_KEY").as_ref().map(Secret::expose),
        "max_retries": settings.get::<u32>("MAX_RETRIES")?,
        "timeout_ms": settings.get::<u32>("TIMEOUT_MS")?,
    }))
}

fn at_the_tests_time(extension: Extension) -> Extension {
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    extension.clock(kiket_sdk::Clock::manual(now))
}

/// Environment variables: they give what the program does not.
#[tokio::test]
async fn every_variable_counts_where_the_program_says_nothing() {
    let (api, sink) = (StubApi::start(), StubApi::start());
    let (base_url, telemetry_url) = (api.url(), sink.url());
    let environment = move |name: &str| {
        const FIXED: Variables = &[
            ("KIKET_WEBHOOK_SECRET", "sh_environment"),
            ("KIKET_WORKSPACE_TOKEN", "wk_environment"),
            ("KIKET_SECRET_API_KEY", "key_environment"),
        ];
        match name {
            "KIKET_BASE_URL" => Some(base_url.clone()),
            "KIKET_SDK_TELEMETRY_URL" => Some(telemetry_url.clone()),
            _ => variable(FIXED, name),
        }
    };
    let extension = Extension::new("com.example.marketing").environment(environment);
    let extension = at_the_tests_time(extension).webhook("issue.created", "v1", configured);
    let program = Program::serving(extension).await;

    assert_eq!(program.deliver(&json!({})).await.status, 401);
    let answer = program.send(&Request::signed_by("sh_environment", "{}")).await;
    assert_eq!(answer.json()["api_key"], "key_environment");
    let calls = api.calls();
    assert_eq!(asked(&calls), [logged("configured", "v1", json!({}))]);
    assert_eq!(calls[0].header("authorization"), Some("Bearer wk_environment"));
    program.stop().await.unwrap();
    sink.assert_called_times(1, "POST", "/telemetry");
}

/// Manifest file: the delivery secret, the defaults, and secrets from the environment.
#[tokio::test]
async fn a_manifest_gives_the_delivery_secret_and_the_settings() {
    const VARIABLES: Variables =
        &[("KIKET_SECRET_API_KEY", "key_1"), ("KIKET_WEBHOOK_SECRET", "sh_environment")];
    for name in ["extension.yaml", "manifest.yaml"] {
        let api = StubApi::start();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), MANIFEST).unwrap();
        let extension = Extension::from_manifest_in(folder.path()).unwrap();
        let extension = extension.environment(|name| variable(VARIABLES, name));
        let extension = at_the_tests_time(extension).base_url(api.url());
        let extension = extension.webhook("issue.created", "v1", configured);
        let walk = Walk::serving(api, extension).await;
        let delivery = issue_created("v1").delivery_secret("sh_production_secret");
        let walked = walk.deliver(&delivery).await;
        let expected = json!({ "api_key": "key_1", "max_retries": 3, "timeout_ms": 5000 });
        assert_eq!(walked.answer, expected, "{name}");
        assert_eq!(walked.calls, [logged("configured", "v1", json!({}))]);
    }
}

/// `KiketSDK`, the options: what the program gives beats manifest and environment.
#[tokio::test]
async fn an_option_beats_the_manifest_and_the_environment() {
    const VARIABLES: Variables = &[
        ("KIKET_WEBHOOK_SECRET", "sh_environment"),
        ("KIKET_WORKSPACE_TOKEN", "wk_environment"),
        ("KIKET_BASE_URL", "http://127.0.0.1:9"),
        ("KIKET_SDK_TELEMETRY_URL", "http://127.0.0.1:9"),
        ("KIKET_SECRET_OTHER", "never looked at"),
    ];
    let (api, sink) = (StubApi::start(), StubApi::start());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my-extension.yaml");
    std::fs::write(&path, MANIFEST).unwrap();
    let extension = Extension::from_manifest_file(path)
        .unwrap()
        .webhook_secret("sh_test")
        .workspace_token("wk_test")
        .base_url(api.url())
        .setting("MAX_RETRIES", 5)
        .setting("API_KEY", "key_program")
        .extension_id("com.example.other")
        .extension_version("2.0.0")
        .auto_env_secrets(false)
        .telemetry_enabled(true)
        .feedback_hook(|record| assert_eq!(record.event, "issue.created"))
        .telemetry_url(sink.url())
        .environment(|name| variable(VARIABLES, name));
    async fn other(payload: Value, context: Context) -> Result<Value> {
        assert_eq!(context.secret("OTHER"), None);
        configured(payload, context).await
    }
    let extension = at_the_tests_time(extension).webhook("issue.created", "v1", other);
    let walk = Walk::serving(api, extension).await;
    let (answer, calls) = walk.deliver_bare(&json!({})).await;
    let expected = json!({ "api_key": "key_program", "max_retries": 5, "timeout_ms": 5000 });
    assert_eq!(answer.json(), expected);
    assert_eq!(calls[0].header("authorization"), Some("Bearer wk_test"));
    assert_eq!(calls[0].path(), "/api/v1/extensions/com.example.other/events");
    walk.program.stop().await.unwrap();
    let record = sink.assert_called("POST", "/telemetry").json();
    assert_eq!(record["extension_version"], "2.0.0");
}

/// `KiketSDK`, the methods: `register`, `webhook` and `load` add handlers that are served alike.
#[tokio::test]
async fn registered_decorated_and_loaded_handlers_are_served_alike() {
    #[webhook("issue.created", version = "v3")]
    async fn loaded(_payload: Value, context: Context) -> Result<Value> {
        Ok(json!({ "version": context.event_version() }))
    }
    let walk = Walk::of(|extension| {
        extension
            .register("issue.created", "v1", [], loaded)
            .webhook("issue.created", "v2", loaded)
            .load(handlers![loaded])
            .load([Registration::webhook("issue.created", "v4", loaded)])
    })
    .await;
    for version in ["v1", "v2", "v3", "v4"] {
        let walked = walk.deliver(&issue_created(version)).await;
        assert_eq!(walked.answer, json!({ "version": version }));
    }
}

/// `HandlerContext`: everything that a handler is given.
#[tokio::test]
async fn a_handler_is_given_everything_that_the_context_lists() {
    let walk = Walk::of(|extension| {
        extension.setting("MAX_RETRIES", 3).webhook("issue.created", "v1", tells)
    })
    .await;
    walk.assert_context_is_whole().await;
}

/// Secret helper: the organisation's own comes before the extension's default.
#[tokio::test]
async fn a_secret_is_the_deliverys_before_the_environments() {
    async fn uses(_payload: Value, context: Context) -> Result<Value> {
        let api_key = context
            .secret("API_KEY")
            .ok_or_else(|| HandlerError::internal("API_KEY not configured"))?;
        Ok(json!({ "ok": true, "used": api_key.expose() }))
    }
    let walk = |variables: Variables| {
        Walk::of(move |extension| {
            let extension = extension.environment(move |name| variable(variables, name));
            extension.webhook("issue.created", "v1", uses)
        })
    };
    let with_default = walk(&[("API_KEY", "default")]).await;
    let own = issue_created("v1").secret("API_KEY", "own");
    assert_eq!(with_default.deliver(&own).await.answer["used"], "own");
    assert_eq!(with_default.deliver(&issue_created("v1")).await.answer["used"], "default");

    let failed = walk(&[]).await.deliver(&issue_created("v1")).await;
    assert_eq!((failed.status, &failed.answer["code"]), (500, &json!("handler_failed")));
}

/// Runtime token authentication.
#[tokio::test]
async fn a_handler_sees_its_token_and_calls_with_it() {
    async fn processes(_payload: Value, context: Context) -> Result<Value> {
        let expires_at = context.auth().expires_at.or_permanent(422, "no end")?;
        let scopes = context.auth().scopes.join(", ");
        context.endpoints().log_event("processed", json!({ "ok": true })).await?;
        Ok(json!({ "expires_at": expires_at.to_string(), "scopes": scopes }))
    }
    let walk = Walk::of(|extension| extension.webhook("issue.created", "v1", processes)).await;
    let walked = walk.deliver(&issue_created("v1").scopes(["project:27", "ext.api.write"])).await;
    let expected =
        json!({ "expires_at": "2025-11-21T10:15:00Z", "scopes": "project:27, ext.api.write" });
    assert_eq!(walked.answer, expected);
    assert_eq!(walked.calls, [logged("processed", "v1", json!({ "ok": true }))]);
}

/// Scope checking: declared at registration, or asked for inside the handler.
#[tokio::test]
async fn without_the_scopes_the_handler_does_not_run_or_stops() {
    async fn issue(payload: Value, context: Context) -> Result<Value> {
        let data = json!({ "id": payload["issue"]["id"] });
        context.endpoints().log_event("issue.processed", data).await?;
        Ok(json!({ "ok": true }))
    }
    async fn workflow(payload: Value, context: Context) -> Result<Value> {
        context.require_scopes(&["workflows.execute", "custom_data.write"])?;
        let project_id = payload["project_id"].as_i64().or_permanent(422, "no project")?;
        context.endpoints().custom_data(project_id).create("m", "t", json!({ "a": 1 })).await?;
        Ok(json!({ "ok": true }))
    }
    let walk =
        Walk::of(|extension| {
            extension
                .register("issue.created", "v1", ["issues.read", "issues.write"], issue)
                .webhook("workflow.triggered", "v1", workflow)
        })
        .await;
    let created = logged("issue.processed", "v1", json!({ "id": 4231 }));
    let record = json!({ "record": { "a": 1 } });
    let made = post("/api/v1/ext/custom_data/m/t?project_id=27", record);
    for (event, scopes, call) in [
        ("issue.created", ["issues.read", "issues.write"], created),
        ("workflow.triggered", ["workflows.execute", "custom_data.write"], made),
    ] {
        let delivery = Delivery::new(event, "v1");
        let granted = delivery.clone().scopes(scopes.into_iter().chain(scope::BASE));
        let walked = walk.deliver(&granted).await;
        assert_eq!((walked.answer, walked.calls), (json!({ "ok": true }), vec![call]));

        let [first, second] = scopes;
        let walked = walk.deliver(&Delivery::new(event, "v1").scopes([first])).await;
        assert_eq!((walked.status, walked.calls), (403, vec![]));
        assert_eq!(walked.answer["required_scopes"], json!([first, second]));
        assert_eq!(walked.answer["missing_scopes"], json!([second]));
    }
}

/// `ExtensionEndpoints`.
#[tokio::test]
async fn the_endpoints_log_and_tell_about_the_extension() {
    async fn asks(_payload: Value, context: Context) -> Result<Value> {
        let endpoints = context.endpoints();
        endpoints.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
        endpoints.log_event("asked", json!({ "at": NOW_TEXT })).await?;
        Ok(Value::Object(endpoints.get_metadata().await?))
    }
    let walk = Walk::of(|extension| extension.webhook("issue.created", "v1", asks)).await;
    let walked = walk.deliver(&issue_created("v1")).await;
    assert_eq!(walked.answer["version"], "1.0.0");
    assert_eq!(
        walked.calls,
        [
            stored("WEBHOOK_TOKEN", "abc123"),
            logged("asked", "v1", json!({ "at": NOW_TEXT })),
            get("/api/v1/extensions/com.example.marketing"),
        ]
    );
}

/// `ExtensionSecretManager`: a rotation is one write here, not a removal and a write.
#[tokio::test]
async fn secrets_are_kept_read_rotated_listed_and_removed() {
    async fn manages(_payload: Value, context: Context) -> Result<Value> {
        let secrets = context.secrets();
        let read = async || -> Result<Value> {
            Ok(json!(secrets.get("TOKEN").await?.as_ref().map(Secret::expose)))
        };
        let mut seen = vec![read().await?];
        secrets.set("TOKEN", "old").await?;
        seen.push(read().await?);
        secrets.rotate("TOKEN", "new").await?;
        seen.push(read().await?);
        seen.push(json!(secrets.list().await?));
        secrets.delete("TOKEN").await?;
        Ok(json!(seen))
    }
    let walk = Walk::of(|extension| extension.webhook("issue.created", "v1", manages)).await;
    let walked = walk.deliver(&issue_created("v1")).await;
    assert_eq!(walked.answer, json!([null, "old", "new", ["TOKEN"]]));
    let read = || get(&secret_path("TOKEN"));
    assert_eq!(
        walked.calls,
        [
            read(),
            stored("TOKEN", "old"),
            read(),
            stored("TOKEN", "new"),
            read(),
            get("/api/v1/extensions/com.example.marketing/secrets"),
            delete(&secret_path("TOKEN")),
        ]
    );
}
