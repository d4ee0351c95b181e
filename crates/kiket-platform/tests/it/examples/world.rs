//! A platform at the time of the examples, and an extension that it can reach.
//!
//! An example names things by ids that another platform gives otherwise. Numbers are the same on each
//! new platform. What is random (a UUID, a key, a token) is looked up: after a call, each such text in
//! the example of its answer stands for what the answer has in its place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Json, Router};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kiket_contract::clock::Clock;
use kiket_platform::Platform;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::form_urlencoded;

use super::described::Operation;
use super::{ACCEPT, PAUSE};
use crate::harness::{config, exchange, until};

/// When all examples happen.
const NOW: &str = "2026-01-01T12:00:00Z";
/// From one call to the next.
const TICK: Duration = Duration::from_secs(1);
/// Where the extension of the examples is.
const EXTENSION: &str = "https://crm.example.com";
/// What random texts begin with that are no UUIDs.
const RANDOM: [&str; 4] = ["kk_", "sh_", "wht_", "wk_"];

/// The runtime token of the last delivery.
type Token = Arc<Mutex<String>>;

pub(super) struct World {
    platform: Platform,
    clock: Clock,
    token: Token,
    /// What stands for a text of the examples.
    known: BTreeMap<String, String>,
    is_paused: bool,
    _dir: TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(&dir);
        let clock = Clock::manual(NOW.parse().unwrap());
        config.clock = clock.clone();
        let platform = Platform::start(config).await.unwrap();
        platform.deliver();
        let token = Token::default();
        let extension = format!("http://{}", extension(token.clone()).await);
        let known = BTreeMap::from([(EXTENSION.to_owned(), extension)]);
        Self { platform, clock, token, known, is_paused: false, _dir: dir }
    }

    /// The text with what is here in place of what is in the examples.
    fn here(&self, text: &str) -> String {
        self.known.iter().fold(text.to_owned(), |text, (example, here)| text.replace(example, here))
    }

    /// Makes a call with its example.
    pub(super) async fn call(&mut self, operation: &Operation) -> (u16, Value) {
        let mut headers = self.credential(operation);
        for (name, value) in operation.parameters("header") {
            headers.push((name.to_owned(), written(value)));
        }
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let body = operation.body().map_or_else(String::new, |body| self.here(&body.to_string()));
        let (url, path) = (self.platform.url(), self.path(operation));
        let (status, answer) = exchange(url, &operation.method, &path, &headers, &body).await;
        let text = || String::from_utf8_lossy(&answer).into_owned().into();
        let answer = serde_json::from_slice(&answer).unwrap_or_else(|_| text());
        self.learn(operation.example(), &answer);
        self.is_paused |= operation.name == PAUSE;
        if operation.name == ACCEPT && status == 202 && !self.is_paused {
            for delivery in answer["deliveries"].as_array().unwrap() {
                let id = delivery["id"].as_str().unwrap().parse().unwrap();
                until(&self.platform, id, |delivery| delivery.status.is_final()).await;
            }
        }
        self.clock.advance(TICK);
        (status, answer)
    }

    /// Watches a stream of events while a call is made, and gives the first event.
    pub(super) async fn watch(&mut self, watch: &Operation, meanwhile: &Operation) -> (u16, Value) {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let url = format!("{}{}", self.platform.url(), self.path(watch));
        let mut request = hyper::Request::get(url);
        for (name, value) in self.credential(watch) {
            request = request.header(name, value);
        }
        let response = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        self.call(meanwhile).await;
        let mut body = response.into_body();
        let mut text = String::new();
        while !text.contains("\n\n") {
            let data = body.frame().await.unwrap().unwrap().into_data().unwrap();
            text += std::str::from_utf8(&data).unwrap();
        }
        let (first, _) = text.split_once("\n\n").unwrap();
        (status, first.into())
    }

    fn credential(&self, operation: &Operation) -> Vec<(String, String)> {
        if operation.is_for_operators() {
            let token = self.platform.admin_token();
            vec![("authorization".to_owned(), format!("Bearer {}", token.expose()))]
        } else if operation.is_for_extensions() {
            vec![("x-kiket-runtime-token".to_owned(), self.token.lock().unwrap().clone())]
        } else {
            Vec::new()
        }
    }

    fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        for (name, value) in operation.parameters("path") {
            path = path.replace(&format!("{{{name}}}"), &self.here(&written(value)));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in operation.parameters("query") {
            query.append_pair(name, &self.here(&written(value)));
        }
        format!("{path}?{}", query.finish())
    }

    /// Looks up what stands for the random texts of an example.
    fn learn(&mut self, example: &Value, answer: &Value) {
        match (example, answer) {
            (Value::Object(example), Value::Object(answer)) => {
                for (name, example) in example {
                    self.learn(example, answer.get(name).unwrap_or(&Value::Null));
                }
            }
            (Value::Array(example), Value::Array(answer)) => {
                example
                    .iter()
                    .zip(answer)
                    .for_each(|(example, answer)| self.learn(example, answer));
            }
            (Value::String(example), Value::String(answer)) if is_random(example) => {
                self.known.insert(example.clone(), answer.clone());
            }
            _ => {}
        }
    }
}

fn is_random(text: &str) -> bool {
    let is_uuid = text.len() == 36 && uuid::Uuid::parse_str(text).is_ok();
    is_uuid || RANDOM.iter().any(|begin| text.starts_with(begin))
}

/// A parameter as it is sent.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The extension: a guard that takes its time, an action that is done, a hook that is content.
async fn extension(token: Token) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(token);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn answer(
    State(token): State<Token>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    *token.lock().unwrap() = body["authentication"]["runtime_token"].as_str().unwrap().to_owned();
    Json(match headers["x-kiket-event"].to_str().unwrap() {
        "workflow.before_transition" => json!({
            "status": "pending", "message": "the CRM is being asked", "metadata": {"ticket": 12},
        }),
        "action.sync_contacts" => json!({
            "status": "success", "message": "Synced 42 contacts", "data": {"count": 42},
        }),
        _ => json!({"ok": true}),
    })
}
