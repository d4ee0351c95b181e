//! Watching deliveries live.

use std::time::Duration;

use futures_util::future::join_all;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kiket_contract::api::deliveries::Status;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::{MANIFEST, Setup};

const STREAM: &str = "/api/v1/deliveries/stream";
/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A watcher that reads.
struct Watcher {
    body: Incoming,
    text: String,
}

impl Watcher {
    async fn start(setup: &Setup, query: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let request = hyper::Request::get(format!("{}{STREAM}?{query}", setup.platform.url()))
            .header("authorization", format!("Bearer {}", setup.platform.admin_token().expose()))
            .body(Empty::new())
            .unwrap();
        let response = client.request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The name and data of the next event; none at the stream's end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name| event.lines().find_map(|line| line.strip_prefix(name));
                let Some(name) = field("event: ") else { continue };
                let data = serde_json::from_str(field("data: ").unwrap()).unwrap();
                return Some((name.to_owned(), data));
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.unwrap();
            let data = frame?.unwrap().into_data().unwrap();
            self.text += std::str::from_utf8(&data).unwrap();
        }
    }

    /// The data of the next event, which has this name.
    async fn expect(&mut self, name: &str) -> Value {
        let (found, data) = self.next().await.unwrap();
        assert_eq!(found, name, "{data}");
        assert_eq!(data["happening"], name);
        data
    }
}

#[tokio::test]
async fn a_watcher_sees_a_deliverys_whole_life() {
    let setup = Setup::new(&[(503, ""), (401, r#"{"error":"no"}"#), (200, "")]).await;
    let mut watcher = Watcher::start(&setup, "").await;
    let id = setup.send().await;

    let planned = watcher.expect("planned").await;
    assert_eq!(planned["delivery_id"], json!(id));
    assert_eq!(planned["event"], "issue.created");
    assert_eq!(planned["event_version"], "v1");
    assert_eq!(planned["project_id"], 27);
    assert_eq!(planned["extension_id"], "com.example.crm");
    let delivery = setup.settled(id).await;
    for (at, status) in [(0, "retrying"), (1, "failed")] {
        assert_eq!(watcher.expect("attempting").await["number"], at + 1);
        let attempted = watcher.expect("attempted").await;
        assert_eq!(attempted["status"], status);
        let (told, kept) = (&attempted["attempt"], json!(delivery.attempts[at]));
        for member in ["number", "duration_ms", "status_code", "error", "response"] {
            assert_eq!(told[member], kept[member]);
        }
    }

    let token = setup.script.received()[0].token();
    let path = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.call_back(path, &token, json!({"event": "x"})).await.0, 201);
    let called_back = watcher.expect("called_back").await;
    assert_eq!(called_back["delivery_id"], json!(id));
    assert_eq!(called_back["callback"]["path"], path);

    let (_, again) = setup.operator(&format!("/api/v1/deliveries/{id}/redeliver"), "").await;
    for name in ["planned", "attempting", "attempted"] {
        assert_eq!(watcher.expect(name).await["delivery_id"], again["id"]);
    }
}

#[tokio::test]
async fn a_watcher_sees_what_it_asked_for_and_cancellations() {
    let setup = Setup::with(&[(500, "")], |config| {
        config.schedule.base = Duration::from_secs(3_600);
    })
    .await;
    let manifest = MANIFEST.replace("com.example.crm", "com.example.other");
    assert_eq!(setup.install(json!({"manifest": manifest, "project_id": 28})).await.0, 201);
    let mut watchers = Vec::new();
    for query in ["project_id=28", "installation_id=2", "project_id=28&event=issue.created"] {
        watchers.push(Watcher::start(&setup, query).await);
    }
    let mut deaf = Watcher::start(&setup, "event=issue.closed").await;
    let elsewhere = setup.send().await;
    setup.until(elsewhere, |delivery| delivery.status == Status::Retrying).await;
    let event = json!({"event": "issue.created", "project_id": 28}).to_string();
    let (_, body) = setup.operator("/api/v1/events", &event).await;
    let id = body["deliveries"][0]["id"].as_str().unwrap();
    for watcher in &mut watchers {
        for name in ["planned", "attempting", "attempted"] {
            assert_eq!(watcher.expect(name).await["delivery_id"], id);
        }
    }
    let cancel = format!("/api/v1/deliveries/{id}/cancel");
    assert_eq!(setup.operator(&cancel, r#"{"reason":"enough"}"#).await.0, 200);
    for watcher in &mut watchers {
        assert_eq!(watcher.expect("cancelled").await["reason"], "enough");
    }
    setup.platform.shutdown().await;
    assert_eq!(deaf.next().await, None, "nothing was for it");
}

#[tokio::test]
async fn the_stream_ends_when_the_platform_stops() {
    let setup = Setup::new(&[]).await;
    let mut watcher = Watcher::start(&setup, "").await;
    setup.platform.shutdown().await;
    assert_eq!(watcher.next().await, None);
}

#[tokio::test]
async fn only_the_operator_may_watch_and_bad_parameters_are_named() {
    let setup = Setup::new(&[]).await;
    assert_eq!(setup.get(STREAM, &[]).await.0, 401);
    for name in ["project_id", "colour"] {
        let (status, body) = setup.look(&format!("{STREAM}?{name}=red")).await;
        assert_eq!(status, 400);
        assert!(body["error"].as_str().unwrap().contains(name), "{body}");
    }
}

/// Begins to watch over a connection that takes little, and reads only the answer's head.
async fn slow_watcher(setup: &Setup) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let mut stream = socket.connect(setup.platform.address()).await.unwrap();
    let token = setup.platform.admin_token().expose();
    let request =
        format!("GET {STREAM} HTTP/1.1\r\nhost: kiket\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 200"));
    stream
}

#[tokio::test]
async fn a_watcher_that_is_too_slow_is_told_how_much_it_missed() {
    let large = "x".repeat(60_000);
    let setup = Setup::new(&[(200, &large)]).await;
    let mut stream = slow_watcher(&setup).await;
    // More than the connection holds, and then more than is kept for it.
    for _ in 0..100 {
        setup.delivered().await;
    }
    let unheard = json!({"event": "nobody.hears", "project_id": 27});
    let unheard = || setup.platform.accept(serde_json::from_value(unheard.clone()).unwrap());
    for accepted in join_all((0..5_000).map(|_| unheard())).await {
        accepted.unwrap();
    }
    let mut read = Vec::new();
    let missed = loop {
        let mut more = vec![0; 64 * 1024];
        let reading = stream.read(&mut more);
        let count = tokio::time::timeout(PATIENCE, reading).await.unwrap().unwrap();
        assert!(count > 0, "the stream ended");
        read.extend_from_slice(&more[..count]);
        let text = String::from_utf8_lossy(&read);
        let told = text.split_once("event: lagged\ndata: {\"missed\":");
        if let Some((missed, _)) = told.and_then(|(_, rest)| rest.split_once('}')) {
            break missed.parse::<u64>().unwrap();
        }
        read.drain(..read.len().saturating_sub(200));
    };
    assert!(missed > 0 && missed < 6_000, "{missed}");
}
