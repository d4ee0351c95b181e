//! The READMEs of the TypeScript, Ruby and Python SDKs, walked from top to bottom: the counterpart of
//! every example, served over HTTP, and the exact requests that it makes of Kiket.

mod python;
mod ruby;
mod typescript;

use http_body_util::BodyExt;
use jiff::Timestamp;
use kiket_contract::scope;
use kiket_sdk::prelude::*;
use kiket_testkit::{Call, Delivery, StubApi};
use serde_json::{Value, json};

use crate::program::{NOW, Program, extension_with_id};
use crate::wire::{Request, Response};

const AGENT: &str = concat!("kiket-sdk-rust/", env!("CARGO_PKG_VERSION"));
/// [`NOW`], as calls and records name it.
const NOW_TEXT: &str = "2025-11-21T10:00:00Z";
/// The variables that a process has, for an extension's `environment`.
type Variables = &'static [(&'static str, &'static str)];

/// A served extension and the API that it calls.
struct Walk {
    api: StubApi,
    program: Program,
}

/// What came of a delivery.
#[derive(Debug)]
struct Walked {
    status: u16,
    answer: Value,
    /// What the handler called, in order.
    calls: Vec<Asked>,
}

/// A call: method with path and query, and the whole body.
type Asked = (String, Option<Value>);

/// The extension that the READMEs begin with.
fn extension(api: &StubApi) -> Extension {
    extension_with_id("com.example.marketing")
        .extension_version("1.0.0")
        .workspace_token("wk_test")
        .base_url(api.url())
}

fn variable(variables: Variables, name: &str) -> Option<String> {
    variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn issue_created(version: &str) -> Delivery {
    Delivery::new("issue.created", version)
}

fn get(target: &str) -> Asked {
    (format!("GET {target}"), None)
}

fn delete(target: &str) -> Asked {
    (format!("DELETE {target}"), None)
}

fn post(target: &str, body: Value) -> Asked {
    (format!("POST {target}"), Some(body))
}

/// The call of `log_event`.
fn logged(event: &str, version: &str, data: Value) -> Asked {
    let body = json!({ "event": event, "version": version, "data": data, "timestamp": NOW_TEXT });
    post("/api/v1/extensions/com.example.marketing/events", body)
}

/// The call of `secrets.set` and of `secrets.rotate`.
fn stored(key: &str, value: &str) -> Asked {
    post(&secret_path(key), json!({ "value": value }))
}

fn secret_path(key: &str) -> String {
    format!("/api/v1/extensions/com.example.marketing/secrets/{key}")
}

/// The call of `notify`.
fn told(title: &str, body: &str) -> Asked {
    let body = json!({ "title": title, "body": body, "level": "warning" });
    post("/api/v1/extensions/notifications", body)
}

/// What Kiket answers when it is asked for service level events.
fn imminent() -> Value {
    json!({ "data": [{
        "id": 1, "issue_id": 4231, "project_id": 27, "state": "imminent",
        "triggered_at": NOW_TEXT, "definition": { "status": "in_progress" },
    }] })
}

fn rate_limit(remaining: u64) -> Value {
    json!({ "rate_limit": {
        "limit": 600, "remaining": remaining, "window_seconds": 60, "reset_in": 9,
    } })
}

/// What the READMEs' manifests ask for.
const PERMISSIONS: [&str; 3] =
    [scope::ISSUES_READ, scope::CUSTOM_DATA_READ, scope::CUSTOM_DATA_WRITE];

/// Answers with what a handler is given.
async fn tells(_payload: Value, context: Context) -> Result<Value> {
    let metadata: Value = context.client().get("/api/v1/extensions/com.example.marketing").await?;
    context.endpoints().log_event("seen", json!({})).await?;
    let auth = context.auth();
    let project = context.headers().get("x-kiket-project").and_then(|id| id.to_str().ok());
    Ok(json!({
        "event": [context.event(), context.event_version()],
        "extension": [context.extension_id(), context.extension_version()],
        "header": project,
        "settings": context.settings().all(),
        "stored": context.secrets().list().await?,
        "secret": context.secret("SLACK_BOT_TOKEN").as_ref().map(Secret::expose),
        "metadata": metadata["name"],
        "auth": [
            json!(auth.runtime_token.is_some()),
            json!(auth.token_type),
            json!(auth.expires_at.map(|at| at.to_string())),
            json!(auth.scopes),
        ],
    }))
}

impl Walk {
    /// An extension of the READMEs with these handlers.
    async fn of(handlers: impl FnOnce(Extension) -> Extension) -> Self {
        let api = StubApi::start();
        let extension = handlers(extension(&api));
        Self::serving(api, extension).await
    }

    async fn serving(api: StubApi, extension: Extension) -> Self {
        Self { api, program: Program::serving(extension).await }
    }

    async fn deliver(&self, delivery: &Delivery) -> Walked {
        let path = format!("/v/{}/webhooks/{}", delivery.version(), delivery.event());
        self.deliver_to(&path, delivery).await
    }

    /// Delivers, and looks at what every call has to have.
    async fn deliver_to(&self, path: &str, delivery: &Delivery) -> Walked {
        self.api.forget_calls();
        let at = Timestamp::from_second(NOW).unwrap();
        let delivery = delivery.clone().permissions(PERMISSIONS).base_url(self.api.url()).at(at);
        let (head, body) = delivery.request().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut request = Request::new("POST", path).body(body.clone());
        for (name, value) in &head.headers {
            request = request.header(name.as_str(), value.to_str().unwrap());
        }
        let answer = self.program.send(&request).await;

        let body: Value = serde_json::from_slice(&body).unwrap();
        let token = body["authentication"]["runtime_token"].as_str().unwrap();
        let calls = self.api.calls();
        for call in &calls {
            assert_eq!(call.header("x-kiket-runtime-token"), Some(token), "{call}");
            // The program's own credentials stay at home while there is a runtime token.
            assert_eq!(call.header("authorization"), None, "{call}");
            assert_eq!(call.header("x-kiket-api-key"), None, "{call}");
            assert_eq!(call.header("x-kiket-event-version"), Some(delivery.version()), "{call}");
        }
        Walked { status: answer.status, answer: answer.json(), calls: asked(&calls) }
    }

    /// A handler [`tells`] everything that the READMEs list of its context.
    async fn assert_context_is_whole(&self) {
        self.api.put_secret("WEBHOOK_TOKEN", "abc123");
        let delivery = issue_created("v1").secret("SLACK_BOT_TOKEN", "xoxb").scopes(scope::BASE);
        let walked = self.deliver(&delivery).await;
        assert_eq!(
            walked.answer,
            json!({
                "event": ["issue.created", "v1"],
                "extension": ["com.example.marketing", "1.0.0"],
                "header": "27",
                "settings": { "MAX_RETRIES": 3 },
                "stored": ["WEBHOOK_TOKEN"],
                "secret": "xoxb",
                "metadata": "com.example.marketing",
                "auth": [true, "runtime", "2025-11-21T10:15:00Z", scope::BASE],
            })
        );
        assert_eq!(
            walked.calls,
            [
                get("/api/v1/extensions/com.example.marketing"),
                logged("seen", "v1", json!({})),
                get("/api/v1/extensions/com.example.marketing/secrets"),
            ]
        );
    }

    /// The answer to a body without an envelope, so without a runtime token, and what was called.
    async fn deliver_bare(&self, body: &Value) -> (Response, Vec<Call>) {
        self.api.forget_calls();
        let answer = self.program.deliver(body).await;
        (answer, self.api.calls())
    }
}

/// The calls, each with the headers that need no delivery.
fn asked(calls: &[Call]) -> Vec<Asked> {
    let mut keys: Vec<_> = calls.iter().filter_map(Call::idempotency_key).collect();
    let written = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), written, "two calls are not one call");
    calls.iter().map(one).collect()
}

fn one(call: &Call) -> Asked {
    let body = (!call.body().is_empty()).then(|| call.json());
    assert_eq!(call.header("user-agent"), Some(AGENT), "{call}");
    assert_eq!(call.header("accept"), Some("application/json"), "{call}");
    assert_eq!(call.header("content-type"), body.as_ref().map(|_| "application/json"), "{call}");
    assert_eq!(call.idempotency_key().is_some(), call.method() != "GET", "{call}");
    let query = call.query().map(|query| format!("?{query}")).unwrap_or_default();
    (format!("{} {}{query}", call.method(), call.path()), body)
}

/// Rules out a word of a README that nobody finds who comes from its SDK.
#[test]
fn the_guides_table_names_every_word_of_the_readmes() {
    const WORDS: &str = "
        KiketSDK webhook register load run run! app
        webhookSecret workspaceToken baseUrl settings extensionId extensionVersion manifestPath
        autoEnvSecrets telemetryEnabled feedbackHook telemetryUrl
        webhook_secret workspace_token base_url extension_id extension_version manifest_path
        auto_env_secrets telemetry_enabled feedback_hook telemetry_url required_scopes
        KIKET_WEBHOOK_SECRET KIKET_WORKSPACE_TOKEN KIKET_BASE_URL KIKET_SDK_TELEMETRY_URL
        KIKET_SDK_TELEMETRY_OPTOUT KIKET_SECRET_ delivery_secret key secret default
        WebhookHandler HandlerContext event eventVersion event_version headers client endpoints
        secrets auth runtimeToken tokenType expiresAt scopes runtime_token token_type expires_at
        requireScopes require_scopes ScopeError KiketClient
        ExtensionEndpoints ExtensionSecretManager KiketSDK::Client KiketSDK::Endpoints
        KiketSDK::Secrets logEvent log_event notify getMetadata rateLimit rate_limit remaining
        windowSeconds resetIn reset_in customData custom_data list create limit filters data
        slaEvents sla_events state issue_id definition get set delete rotate
        TelemetryRecord status durationMs duration_ms ok error
        createSignedPayload createTestContext generate_signature
        X-Kiket-Event-Version /v/{version}/webhooks/{event}";
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/coming_from.md");
    let page = std::fs::read_to_string(page).unwrap();
    // What stands in code: the other SDKs' words, and ours in the last column.
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let theirs: Vec<_> =
        rows.filter_map(|row| row.trim_end_matches('|').rsplit_once(" | ")).collect();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for word in WORDS.split_whitespace() {
        let names = |text: &str| {
            text.match_indices(word).any(|(start, _)| {
                let (before, after) = (&text[..start], &text[start + word.len()..]);
                !before.ends_with(is_part) && (word.ends_with('_') || !after.starts_with(is_part))
            })
        };
        assert!(theirs.iter().any(|(theirs, ours)| names(theirs) && ours.len() > 1), "{word}");
    }
}
