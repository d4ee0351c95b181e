//! Secrets whose values are in another service, of which a stand-in speaks the documented HTTP API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use kiket_contract::clock::Clock;
use kiket_platform::{Config, Platform, SecretBackend};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Setup, config};
use crate::sealed::{files, holds};

const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
const KEPT: &str = "/api/v1/secrets/CRM_TOKEN?installation_id=1";

/// Values by name, and whether the service answers.
#[derive(Clone, Default)]
struct StandIn {
    values: Arc<Mutex<BTreeMap<String, Value>>>,
    is_down: Arc<Mutex<bool>>,
    /// How many access tokens were given out.
    #[cfg(feature = "google-secret-manager")]
    tokens: Arc<Mutex<u32>>,
}

type Answer = (StatusCode, String);
type Speak = fn(&StandIn, &str, &str, &dyn Fn(&str) -> String, Value) -> (u16, Value);

impl StandIn {
    async fn serve(&self, speak: Speak) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state((self.clone(), speak));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    fn texts(&self) -> Vec<String> {
        self.values.lock().unwrap().values().map(Value::to_string).collect()
    }
}

async fn answer(State((it, speak)): State<(StandIn, Speak)>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let header = |name: &str| {
        head.headers.get(name).map_or(String::new(), |it| it.to_str().unwrap().to_owned())
    };
    let path = head.uri.path_and_query().unwrap().as_str();
    let (status, body) = match *it.is_down.lock().unwrap() {
        true => (503, Value::Null),
        false => speak(&it, head.method.as_str(), path, &header, body),
    };
    let text = if body.is_null() { String::new() } else { body.to_string() };
    (StatusCode::from_u16(status).unwrap(), text)
}

/// A platform that keeps secrets there, and what it is started with again.
async fn keeping(backend: SecretBackend) -> (Setup, Config) {
    let clock = Clock::manual(jiff::Timestamp::now());
    let change = |config: &mut Config| {
        config.secret_backend = backend.clone();
        config.clock = clock.clone();
    };
    let setup = Setup::with(&[], change).await;
    let mut again = config(&setup.dir);
    change(&mut again);
    (setup, again)
}

/// The life of a secret that is not in the database.
async fn live(setup: Setup, service: &StandIn, config: Config, name: &str) {
    let (status, body) = setup.install(json!({"secrets": {"CRM_TOKEN": "first-hush"}})).await;
    assert_eq!(status, 201, "{body}");
    let received = setup.delivered().await;
    assert_eq!(received.json()["secrets"]["CRM_TOKEN"], "first-hush");
    let call = (TOKEN, received.token());
    assert_eq!(setup.call_back(call.0, &call.1, json!({"value": "second-hush"})).await.0, 200);
    let headers = [("x-kiket-runtime-token", call.1.as_str())];
    assert_eq!(setup.get(TOKEN, &headers).await.1["value"], "second-hush");
    let (_, page) = setup.look("/api/v1/secrets?installation_id=1").await;
    assert_eq!(page["data"][0]["backend"], name);
    assert_eq!(page["data"][0]["rotation_count"], 1);
    assert_eq!(service.texts().len(), 2, "the value before waits for the upkeep");

    *service.is_down.lock().unwrap() = true;
    let (status, body) = setup.get(TOKEN, &headers).await;
    assert_eq!((status, &body["code"]), (503, &json!("secrets_unavailable")), "{body}");
    let (status, body) = setup.admin("PUT", KEPT, json!({"value": "third-hush"})).await;
    assert_eq!(status, 503, "{body}");
    let waits = setup.send().await;
    // It is not sent without its secrets, but given back to be tried again after a while.
    let later = config.clock.now() + Duration::from_secs(5);
    setup.until(waits, |delivery| delivery.next_attempt_at > Some(later)).await;
    assert_eq!(setup.script.received().len(), 1);
    *service.is_down.lock().unwrap() = false;
    config.clock.advance(Duration::from_secs(30));
    setup.delivered().await;
    let settled = setup.settled(waits).await;
    assert_eq!(settled.attempts.len(), 1, "no retry is spent");
    assert_eq!(
        setup.script.received().pop().unwrap().json()["secrets"]["CRM_TOKEN"],
        "second-hush"
    );

    for (file, bytes) in files(setup.dir.path()) {
        assert!(!holds(&bytes, "-hush"), "{file}");
    }
    // A platform takes out of the service, when it starts, what no secret refers to any more.
    let Setup { dir, platform, script, extension } = setup;
    platform.shutdown().await;
    let platform = Platform::start(config).await.unwrap();
    platform.deliver();
    let setup = Setup { dir, platform, script, extension };
    let gone = async |left: usize| {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..2_000 {
            poll.tick().await;
            if service.values.lock().unwrap().len() == left {
                return;
            }
        }
        panic!("still there: {}", service.values.lock().unwrap().len());
    };
    gone(1).await;
    service.values.lock().unwrap().clear();
    let body = setup.delivered().await.json();
    assert_eq!(body["secret_status"]["missing"], json!(["CRM_TOKEN", "OTHER_TOKEN"]));
}

#[cfg(feature = "vault")]
fn vault(
    it: &StandIn,
    method: &str,
    path: &str,
    header: &dyn Fn(&str) -> String,
    body: Value,
) -> (u16, Value) {
    if header("x-vault-token") != "hvs.test" || header("x-vault-namespace") != "team" {
        return (403, json!({"errors": ["permission denied"]}));
    }
    let mut values = it.values.lock().unwrap();
    let not_found = (404, json!({"errors": []}));
    let named = path.strip_prefix("/v1/kv/").and_then(|rest| rest.split_once('/'));
    match (method, named) {
        ("POST", Some(("data", name))) => {
            if body["options"]["cas"] == 0 && values.contains_key(name) {
                let text = "check-and-set parameter did not match the current version";
                return (400, json!({"errors": [text]}));
            }
            values.insert(name.to_owned(), body["data"].clone());
            let made = "2026-01-01T00:00:00.000000000Z";
            let data = json!({
                "created_time": made, "custom_metadata": null, "deletion_time": "",
                "destroyed": false, "version": 1,
            });
            (200, json!({"request_id": "r", "lease_id": "", "renewable": false, "data": data}))
        }
        ("GET", Some(("data", name))) => values.get(name).map_or(not_found, |data| {
            (200, json!({"data": {"data": data, "metadata": {"version": 1, "destroyed": false}}}))
        }),
        ("DELETE", Some(("metadata", name))) => {
            values.remove(name);
            (204, Value::Null)
        }
        _ => not_found,
    }
}

#[cfg(feature = "vault")]
#[tokio::test]
async fn values_are_kept_in_vault() {
    let service = StandIn::default();
    let address = service.serve(vault).await;
    let keys = tempfile::tempdir().unwrap();
    let token = keys.path().join("token");
    std::fs::write(&token, "hvs.test\n").unwrap();
    let mut wanted = kiket_platform::Vault::new(address, token);
    wanted.mount = "kv".to_owned();
    wanted.namespace = Some("team".to_owned());
    let backend = SecretBackend::Vault(wanted);
    let (setup, again) = keeping(backend).await;
    live(setup, &service, again, "vault").await;
}

#[cfg(feature = "google-secret-manager")]
fn google(
    it: &StandIn,
    method: &str,
    path: &str,
    header: &dyn Fn(&str) -> String,
    body: Value,
) -> (u16, Value) {
    if path == "/computeMetadata/v1/instance/service-accounts/default/token" {
        if header("metadata-flavor") != "Google" {
            return (403, json!({"error": "missing Metadata-Flavor"}));
        }
        let mut tokens = it.tokens.lock().unwrap();
        *tokens += 1;
        let token = format!("ya29.{tokens}");
        return (200, json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}));
    }
    // The first token of a platform is not good for long.
    let token: u32 = header("authorization").trim_start_matches("Bearer ya29.").parse().unwrap();
    if token % 2 == 1 {
        return (401, json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}}));
    }
    let mut values = it.values.lock().unwrap();
    let not_found = (404, json!({"error": {"code": 404, "status": "NOT_FOUND"}}));
    let Some(below) = path.strip_prefix("/v1/projects/acme/secrets") else { return not_found };
    if let Some(id) = below.strip_prefix("?secretId=").filter(|_| method == "POST") {
        assert!(body["replication"]["automatic"].is_object(), "{body}");
        values.insert(id.to_owned(), Value::Null);
        return (200, json!({"name": format!("projects/1/secrets/{id}")}));
    }
    let below = below.trim_start_matches('/');
    if let Some(id) = below.strip_suffix(":addVersion").filter(|_| method == "POST") {
        let Some(value) = values.get_mut(id) else { return not_found };
        *value = body["payload"]["data"].clone();
        return (200, json!({"name": format!("projects/1/secrets/{id}/versions/1")}));
    }
    if let Some(id) = below.strip_suffix("/versions/latest:access").filter(|_| method == "GET") {
        let Some(data) = values.get(id).filter(|data| !data.is_null()) else { return not_found };
        let name = format!("projects/1/secrets/{id}/versions/1");
        return (200, json!({"name": name, "payload": {"data": data}}));
    }
    match (method, values.remove(below)) {
        ("DELETE", Some(_)) => (200, json!({})),
        _ => not_found,
    }
}

#[cfg(feature = "google-secret-manager")]
#[tokio::test]
async fn values_are_kept_in_google_secret_manager() {
    let service = StandIn::default();
    let address = service.serve(google).await;
    let mut wanted = kiket_platform::GoogleSecretManager::new("acme");
    wanted.address = address.clone();
    wanted.metadata_address = address;
    let backend = SecretBackend::GoogleSecretManager(wanted);
    let (setup, again) = keeping(backend).await;
    live(setup, &service, again, "google_secret_manager").await;
    assert!(*service.tokens.lock().unwrap() <= 4, "a token is asked for when it is needed");
}
