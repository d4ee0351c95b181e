//! A platform in a directory of its own, and an extension that records what it receives.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kiket_contract::api::deliveries::{Delivery, Status};
use kiket_contract::id::DeliveryId;
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;
use kiket_platform::{Config, Platform};
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub(crate) const DELIVERY_SECRET: &str = "sh_test_delivery_secret";
pub(crate) const MANIFEST: &str = r#"
model_version: "1.0"
extension:
  id: com.example.crm
  version: 1.2.3
  sdk: rust
  delivery: http
  permissions: [issues:read]
  hooks:
    - event: issue.created
      version: v1
  configuration:
    CRM_TOKEN: {type: string, secret: true}
    OTHER_TOKEN: {type: string, secret: true}
"#;

/// What a test directory's platform is started with: loopback targets, quick retries.
pub(crate) fn config(dir: &TempDir) -> Config {
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config.schedule = Schedule { base: Duration::from_millis(20), retries: 5 };
    config
}

/// One request that the extension received.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn token(&self) -> String {
        self.json()["authentication"]["runtime_token"].as_str().unwrap().to_owned()
    }
}

/// An extension that answers as it was told, the last answer for ever.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Script {
    pub(crate) fn answering(answers: &[(u16, &str)]) -> Self {
        let script = Self::default();
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned()));
        script.answers.lock().unwrap().extend(answers);
        script
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits for the first request that is as the test wants it.
    pub(crate) async fn until(&self, wanted: impl Fn(&Received) -> bool) -> Received {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..2_000 {
            poll.tick().await;
            if let Some(found) = self.received().into_iter().find(&wanted) {
                return found;
            }
        }
        panic!("never received");
    }

    pub(crate) async fn serve(&self, address: SocketAddr) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(take).with_state(self.clone());
        (address, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
    }
}

async fn take(State(script): State<Script>, request: Request) -> impl IntoResponse {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = head.uri.path().to_owned();
    script.received.lock().unwrap().push(Received { path, headers: head.headers, body });
    let mut answers = script.answers.lock().unwrap();
    let (status, body) = match answers.len() {
        0 => (200, r#"{"ok":true}"#.to_owned()),
        1 => answers[0].clone(),
        _ => answers.pop_front().unwrap(),
    };
    (StatusCode::from_u16(status).unwrap(), body)
}

/// An extension that answers each request when it is let go.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) address: SocketAddr,
    /// A permit for each request that has come.
    pub(crate) arrived: Arc<Semaphore>,
    /// A permit for each request that is answered.
    pub(crate) go: Arc<Semaphore>,
}

impl Held {
    pub(crate) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let semaphore = || Arc::new(Semaphore::new(0));
        let held = Self { address, arrived: semaphore(), go: semaphore() };
        let router = Router::new().fallback(hold).with_state(held.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        held
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until so many more requests have come.
    pub(crate) async fn arrived(&self, requests: u32) {
        self.arrived.acquire_many(requests).await.unwrap().forget();
    }
}

async fn hold(State(held): State<Held>) -> &'static str {
    held.arrived.add_permits(1);
    held.go.acquire().await.unwrap().forget();
    r#"{"ok":true}"#
}

/// A platform with one extension installed in project 27 of organisation 3.
pub(crate) struct Setup {
    pub(crate) dir: TempDir,
    pub(crate) platform: Platform,
    pub(crate) script: Script,
    pub(crate) extension: SocketAddr,
}

impl Setup {
    pub(crate) async fn new(answers: &[(u16, &str)]) -> Self {
        Self::with(answers, |_| {}).await
    }

    pub(crate) async fn with(answers: &[(u16, &str)], change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(&dir);
        change(&mut config);
        let platform = Platform::start(config).await.unwrap();
        let script = Script::answering(answers);
        let (extension, _) = script.serve("127.0.0.1:0".parse().unwrap()).await;
        platform.deliver();
        Self::on(dir, platform, script, extension).await
    }

    /// The same without [`Platform::deliver`].
    pub(crate) async fn not_delivering() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let platform = Platform::start(config(&dir)).await.unwrap();
        let script = Script::default();
        let (extension, _) = script.serve("127.0.0.1:0".parse().unwrap()).await;
        Self::on(dir, platform, script, extension).await
    }

    async fn on(dir: TempDir, platform: Platform, script: Script, extension: SocketAddr) -> Self {
        let setup = Self { dir, platform, script, extension };
        let (status, body) = setup.install(json!({})).await;
        assert_eq!(status, 201, "{body}");
        setup
    }

    /// Installs the manifest, with other members of the request where a test gives them.
    pub(crate) async fn install(&self, members: Value) -> (u16, Value) {
        let mut request = json!({
            "manifest": MANIFEST,
            "callback_url": format!("http://{}", self.extension),
            "organization_id": 3,
            "project_id": 27,
            "delivery_secret": DELIVERY_SECRET,
            "replace": true,
        });
        request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.operator("/api/v1/installations", &request.to_string()).await
    }

    /// Sends an event and returns its only delivery.
    pub(crate) async fn send(&self) -> DeliveryId {
        let event = json!({
            "event": "issue.created",
            "project_id": 27,
            "payload": {"issue": {"id": 1, "title": "Ünïcode ☂"}},
            "context": {"user_id": 91},
        });
        let (status, body) = self.operator("/api/v1/events", &event.to_string()).await;
        assert_eq!(status, 202, "{body}");
        assert_eq!(body["deliveries"].as_array().unwrap().len(), 1);
        body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap()
    }

    /// Where the test reaches the API, whatever extensions are told.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.platform.address())
    }

    /// A GET with the admin token.
    pub(crate) async fn look(&self, path: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.platform.admin_token().expose());
        self.get(path, &[("authorization", &bearer)]).await
    }

    pub(crate) async fn operator(&self, path: &str, body: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.platform.admin_token().expose());
        self.post(path, &[("authorization", &bearer)], body).await
    }

    /// Changes the database behind the platform's back.
    pub(crate) async fn alter(&self, statement: &'static str) {
        let url = format!("sqlite://{}", self.dir.path().join("kiket.db").display());
        let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// One call of an operator; no body for `Value::Null`.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.platform.admin_token().expose());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        call(self.platform.url(), method, path, &[("authorization", &bearer)], &body).await
    }

    pub(crate) async fn call_back(&self, path: &str, token: &str, body: Value) -> (u16, Value) {
        self.post(path, &[("x-kiket-runtime-token", token)], &body.to_string()).await
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        call(&self.origin(), "POST", path, headers, body).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        call(&self.origin(), "GET", path, headers, "").await
    }

    /// Waits until the delivery is as the test wants it.
    pub(crate) async fn until(
        &self,
        id: DeliveryId,
        wanted: impl Fn(&Delivery) -> bool,
    ) -> Delivery {
        until(&self.platform, id, wanted).await
    }

    pub(crate) async fn settled(&self, id: DeliveryId) -> Delivery {
        self.until(id, |delivery| delivery.status.is_final()).await
    }

    /// Sends an event, waits until it is delivered, and returns what the extension received.
    pub(crate) async fn delivered(&self) -> Received {
        let id = self.send().await;
        assert_eq!(self.settled(id).await.status, Status::Delivered);
        self.script.received().pop().unwrap()
    }
}

pub(crate) async fn until(
    platform: &Platform,
    id: DeliveryId,
    wanted: impl Fn(&Delivery) -> bool,
) -> Delivery {
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    for _ in 0..2_000 {
        poll.tick().await;
        let delivery = platform.delivery(id).await.unwrap().unwrap();
        if wanted(&delivery) {
            return delivery;
        }
    }
    panic!("never: {:?}", platform.delivery(id).await.unwrap());
}

pub(crate) async fn call(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value) {
    let (status, body) = exchange(url, method, path, headers, body).await;
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// One exchange with its answer as it came.
pub(crate) async fn exchange(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = hyper::Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::from(text)
}
