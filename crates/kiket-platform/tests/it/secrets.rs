//! A life with marked secrets, an extension that tells them on, and a search for them everywhere.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use http_body_util::BodyExt;
use kiket_contract::api::deliveries::Status;
use kiket_platform::backup;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Received, Setup, exchange};
use crate::log;
use crate::sealed::{files, holds};

/// What every value has in it that is given to be kept secret.
const MARK: &str = "m4rk3d";
const MASTER_KEY: &str = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e7ffff";
/// The installation; the first one is the harness's own.
const ITS: &str = "/api/v1/installations/2";
const KEPT: &str = "/api/v1/secrets/THIRD?organization_id=3";
const MANIFEST: &str = r#"
id: com.example.echo
version: 1.2.3
sdk: rust
callback:
  headers: {X-Written: m4rk3d-written, X-Given: env.GIVEN}
  secret: m4rk3d-literal
permissions: [issues:read]
configuration:
  FIRST: {type: string, secret: true}
  SECOND: {type: string, secret: true}
  THIRD: {type: string, secret: true}
hooks:
  - {event: issue.created, version: v1}
  - {event: issue.updated, version: v1}
  - {event: issue.before_create, required: true}
  - {event: extension.delivery.completed}
  - {event: extension.delivery.failed}
actions:
  - {key: sync, label: Sync}
"#;

/// An extension that answers with all that it was sent and all that it knows.
#[derive(Clone, Default)]
struct Echo {
    received: Arc<Mutex<Vec<Received>>>,
    /// Its delivery secret.
    key: Arc<Mutex<String>>,
}

impl Echo {
    fn key(&self) -> String {
        self.key.lock().unwrap().clone()
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn echo(State(echo): State<Echo>, request: Request) -> (StatusCode, String) {
    let (head, body) = request.into_parts();
    let (path, headers) = (head.uri.path().to_owned(), head.headers);
    let body = body.collect().await.unwrap().to_bytes();
    let received = Received { path, headers, body };
    let sent: Vec<_> = received.headers.values().map(|value| value.to_str().unwrap()).collect();
    let told = json!({
        "status": "pending", "message": String::from_utf8_lossy(&received.body), "headers": sent,
        "metadata": received.json(), "data": received.json(), "key": echo.key(),
    });
    let event = received.header("x-kiket-event").to_owned();
    let mut all = echo.received.lock().unwrap();
    let first = all.iter().all(|one| one.header("x-kiket-event") != event);
    all.push(received);
    let status = match event.as_str() {
        "issue.created" if first => StatusCode::INTERNAL_SERVER_ERROR,
        "issue.updated" => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    (status, told.to_string())
}

/// Everything that anybody was shown or told.
#[derive(Default)]
struct Shown(Vec<(String, Vec<u8>)>);

impl Shown {
    async fn call(&mut self, setup: &Setup, method: &str, path: &str, body: &str) -> u16 {
        let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
        let headers = [("authorization", bearer.as_str())];
        let (status, answer) = exchange(&setup.origin(), method, path, &headers, body).await;
        self.0.push((format!("{method} {path} {status}"), answer.to_vec()));
        status
    }

    /// The pages and details that an operator sees.
    async fn look(&mut self, setup: &Setup) {
        for path in [
            "/api/v1/installations",
            ITS,
            "/api/v1/deliveries?limit=100",
            "/api/v1/guards",
            "/api/v1/extension_events?project_id=27&limit=100",
            "/api/v1/signing_keys",
            "/api/v1/secrets?installation_id=2",
            "/api/v1/secrets?organization_id=3",
            "/api/v1/secret_reads?limit=100",
            "/metrics",
            "/api/v1/openapi.json",
            "/.well-known/jwks.json",
            "/healthz",
            "/readyz",
        ] {
            assert_eq!(self.call(setup, "GET", path, "").await, 200, "{path}");
        }
        for list in ["deliveries", "guards"] {
            let (_, page) = setup.look(&format!("/api/v1/{list}?limit=100")).await;
            for one in page["data"].as_array().unwrap() {
                let path = format!("/api/v1/{list}/{}", one["id"].as_str().unwrap());
                assert_eq!(self.call(setup, "GET", &path, "").await, 200, "{path}");
            }
        }
    }

    fn files(&mut self, setup: &Setup) {
        self.0.extend(files(setup.dir.path()));
    }

    fn search(&self, secrets: &[String]) {
        for (name, bytes) in &self.0 {
            for secret in secrets {
                if holds(bytes, secret) {
                    let text = String::from_utf8_lossy(bytes);
                    let at = text.find(secret.as_str()).unwrap_or_default();
                    let from = text.floor_char_boundary(at.saturating_sub(300));
                    let to = text.floor_char_boundary(at + 100);
                    panic!("`{secret}` in {name}:\n{}", &text[from..to]);
                }
            }
        }
    }
}

/// Requests that are wrong, each with a secret in it.
fn wrong() -> Vec<(&'static str, String, String)> {
    let install = |members: Value| {
        let mut request = json!({
            "manifest": MANIFEST, "callback_url": "http://127.0.0.1:9/", "organization_id": 3,
            "project_id": 27, "headers": {"X-Given": "m4rk3d-header"},
        });
        request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        ("POST", "/api/v1/installations".to_owned(), request.to_string())
    };
    let to_one = |below: &str, body: &str| ("POST", format!("{ITS}{below}"), body.to_owned());
    vec![
        install(json!({"secrets": "m4rk3d"})),
        install(json!({"secrets": {"FIRST": ["m4rk3d"]}})),
        install(json!({"delivery_secret": {"a": "m4rk3d"}})),
        install(json!({"signing": "m4rk3d"})),
        install(json!({"project_id": "m4rk3d"})),
        install(json!({"configuration": {"FIRST": {"a": "m4rk3d"}}})),
        install(json!({"configuration": {"FIRST": 1, "UNKNOWN": "m4rk3d"}})),
        install(json!({"headers": {"X-Given": "m4rk3d\n"}})),
        install(json!({"callback_url": "https://user:m4rk3d@example.com/"})),
        install(json!({"callback_url": "https://user:m4rk3d@exa mple/"})),
        install(json!({"manifest": MANIFEST.replace("m4rk3d-literal", "[m4rk3d]")})),
        install(json!({"manifest": MANIFEST.replace("m4rk3d-literal", "\"m4rk3d")})),
        install(json!({"manifest": MANIFEST.replace("m4rk3d-written", "{a: m4rk3d}")})),
        install(json!({"manifest": MANIFEST.replace("X-Written", "X-Kiket-Event")})),
        install(json!({"secrets": {"FIRST": "m4rk3d".repeat(10_000)}})),
        ("POST", "/api/v1/installations".to_owned(), r#"{"delivery_secret": "m4rk3d"#.to_owned()),
        ("PATCH", ITS.to_owned(), r#"{"secrets": ["m4rk3d"]}"#.to_owned()),
        ("PATCH", ITS.to_owned(), r#"{"configuration": {"FIRST": ["m4rk3d"]}}"#.to_owned()),
        ("PUT", KEPT.to_owned(), r#"{"value": ["m4rk3d"]}"#.to_owned()),
        ("PUT", KEPT.to_owned(), r#"{"secret": "m4rk3d"}"#.to_owned()),
        ("PUT", KEPT.to_owned(), json!({"value": "m4rk3d".repeat(10_000)}).to_string()),
        ("POST", format!("{KEPT}&x=m4rk3d"), String::new()),
        to_one("/delivery_secret/rotate", r#"{"delivery_secret": ["m4rk3d"]}"#),
        to_one("/delivery_secret/rotate", r#""m4rk3d""#),
        to_one("/upgrade", r#"{"manifest": "callback: {secret: {a: m4rk3d}}"}"#),
    ]
}

async fn setup() -> (Setup, Echo) {
    let setup = Setup::with(&[], |config| {
        config.admin_token = Some("m4rk3d-admin".into());
        config.master_key = Some(MASTER_KEY.into());
    })
    .await;
    let echoing = Echo::default();
    *echoing.key.lock().unwrap() = "m4rk3d-delivery".to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(echo).with_state(echoing.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(setup.admin("DELETE", "/api/v1/installations/1", Value::Null).await.0, 200);
    let given = json!({
        "manifest": MANIFEST, "callback_url": url, "headers": {"X-Given": "m4rk3d-header"},
        "configuration": {"FIRST": "m4rk3d-first \"quoted\""}, "secrets": {"SECOND": "m4rk3d-second"},
        "delivery_secret": "m4rk3d-delivery",
    });
    assert_eq!(setup.install(given).await.0, 201);
    (setup, echoing)
}

/// Sends what makes every kind of delivery, and logs what the extension knows.
async fn live(setup: &Setup, shown: &mut Shown, echo: &Echo) {
    for (event, end) in [("issue.created", Status::Delivered), ("issue.updated", Status::Failed)] {
        let event = json!({"event": event, "project_id": 27, "payload": {"a": 1}});
        let (_, accepted) = setup.operator("/api/v1/events", &event.to_string()).await;
        let id = accepted["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(setup.settled(id).await.status, end);
    }
    let question = json!({"event": "issue.before_create", "project_id": 27, "payload": {}});
    assert_eq!(shown.call(setup, "POST", "/api/v1/guards", &question.to_string()).await, 200);
    let action = "/api/v1/extensions/com.example.echo/actions/sync";
    assert_eq!(shown.call(setup, "POST", action, "{}").await, 200);

    let known = echo.received().pop().unwrap();
    let (token, events) = (known.token(), "/api/v1/extensions/com.example.echo/events");
    let entry = json!({
        "event": known.json()["secrets"]["SECOND"], "version": known.header("x-given"),
        "data": {"all": known.json(), known.header("x-written"): [echo.key()]},
    });
    assert_eq!(setup.call_back(events, &token, entry).await.0, 201);
    for (path, token, body) in [
        (events, token.as_str(), json!({"event": ["m4rk3d"]})),
        (events, "m4rk3d.m4rk3d.m4rk3d", json!({})),
        ("/api/v1/extensions/com.example.echo/secrets/FIRST", &token, json!({"value": ["m4rk3d"]})),
        ("/api/v1/extensions/com.example.echo/secrets/FIRST", &token, json!("m4rk3d")),
    ] {
        let (status, answer) = setup.call_back(path, token, body).await;
        assert!((400..500).contains(&status), "{answer}");
        shown.0.push((format!("POST {path} {status}"), answer.to_string().into_bytes()));
    }
}

#[tokio::test]
async fn no_secret_is_in_any_file_log_answer_list_or_metric() {
    let log = log::listen();
    let (setup, echo) = setup().await;
    let mut happenings = setup.platform.watch();
    let mut shown = Shown::default();
    live(&setup, &mut shown, &echo).await;
    for (method, path, body) in wrong() {
        let status = shown.call(&setup, method, &path, &body).await;
        assert!((400..500).contains(&status), "{method} {path} {body}: {status}");
    }
    let newer = MANIFEST.replace("1.2.3", "2.0.0").replace("m4rk3d-written", "m4rk3d-newer");
    let upgrade = json!({"manifest": newer, "secrets": {"FIRST": "m4rk3d-newest"}}).to_string();
    assert_eq!(shown.call(&setup, "POST", &format!("{ITS}/upgrade"), &upgrade).await, 200);
    let shared = json!({"value": "m4rk3d-shared"}).to_string();
    assert_eq!(shown.call(&setup, "PUT", KEPT, &shared).await, 200);
    let change = json!({"secrets": {"SECOND": "m4rk3d-changed"}}).to_string();
    assert_eq!(shown.call(&setup, "PATCH", ITS, &change).await, 200);
    // What is shown once, and by design, is not among what was shown.
    let mut secrets = vec![MARK.to_owned(), MASTER_KEY.to_owned()];
    let (_, rotated) =
        setup.admin("POST", &format!("{ITS}/delivery_secret/rotate"), json!({})).await;
    *echo.key.lock().unwrap() = rotated["delivery_secret"].as_str().unwrap().to_owned();
    secrets.push(echo.key());
    let (_, rotated) = setup.admin("POST", &format!("{ITS}/api_key/rotate"), Value::Null).await;
    secrets.push(rotated["api_key"].as_str().unwrap().to_owned());
    let committed = format!("{ITS}/delivery_secret/rotate/commit");
    assert_eq!(shown.call(&setup, "POST", &committed, "").await, 200);
    live(&setup, &mut shown, &echo).await;

    shown.look(&setup).await;
    backup(setup.dir.path(), &setup.dir.path().join("copy.db")).await.unwrap();
    shown.files(&setup);
    while let Ok(happening) = happenings.try_recv() {
        shown.0.push(("what happens".to_owned(), format!("{happening:?}").into_bytes()));
    }
    assert_eq!(shown.call(&setup, "DELETE", ITS, "").await, 200);
    let Setup { dir, platform, .. } = setup;
    platform.shutdown().await;
    shown.0.extend(files(dir.path()));
    shown.0.push(("the log".to_owned(), log.heard()));

    let received = echo.received();
    secrets.extend(received.iter().map(Received::token));
    assert!(received.len() > 8 && secrets.iter().all(|secret| secret.len() > 5));
    let told = received.iter().filter(|one| holds(&one.body, "m4rk3d-")).count();
    assert!(told > 8, "the extension was told secrets: {told}");
    let named = |name: &str| shown.0.iter().any(|(shown, _)| shown.contains(name));
    assert!(named("kiket.db-wal") && named("copy.db") && named("what happens"));
    assert!(shown.0.iter().filter(|(_, bytes)| holds(bytes, "[redacted]")).count() > 10);
    assert!(holds(&log.heard(), "com.example.echo") || holds(&log.heard(), "attempt"));
    shown.search(&secrets);
}
