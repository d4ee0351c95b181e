//! A platform whose disk is full, and has room again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use kiket_contract::api::deliveries::Status;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const MANIFEST: &str = "id: com.example.crm\nsdk: rust\nhooks: [issue.created]\n";

/// A platform with one installation, and the number of requests that this one has received. Each
/// answer needs more than a page of the database.
struct Setup {
    platform: Platform,
    received: Arc<AtomicUsize>,
    _dir: tempfile::TempDir,
}

impl Setup {
    async fn new() -> Self {
        let received = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&received);
        let answer = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            "y".repeat(60_000)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path());
        config.listen.set_port(0);
        config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        let platform = Platform::start(config).await.unwrap();
        let install = json!({
            "manifest": MANIFEST, "callback_url": url, "organization_id": 3, "project_id": 27,
        });
        platform.install(serde_json::from_value(install).unwrap()).await.unwrap();
        Self { platform, received, _dir: dir }
    }

    /// Sends an event of more than a page, and returns its answer's head and body.
    async fn send(&self, key: &str) -> (String, Value) {
        let body = json!({
            "event": "issue.created", "project_id": 27, "payload": {"text": "x".repeat(30_000)},
        })
        .to_string();
        let request = format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {}\r\nidempotency-key: {key}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.platform.admin_token().expose(),
            body.len(),
        );
        let mut stream = TcpStream::connect(self.platform.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), serde_json::from_str(body).unwrap())
    }

    async fn accepted(&self, key: &str) -> DeliveryId {
        let (head, body) = self.send(key).await;
        assert!(head.starts_with("http/1.1 202"), "{head}");
        body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap()
    }

    async fn refused(&self, key: &str) {
        let (head, body) = self.send(key).await;
        assert!(head.starts_with("http/1.1 503"), "{head}");
        assert!(head.contains("retry-after: 10"), "{head}");
        assert_eq!(body["code"], "disk_full");
    }

    async fn delivered(&self, id: DeliveryId) -> Delivery {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..6_000 {
            poll.tick().await;
            let delivery = self.platform.delivery(id).await.unwrap().unwrap();
            if delivery.status.is_final() {
                assert_eq!(delivery.status, Status::Delivered, "{delivery:?}");
                return delivery;
            }
        }
        panic!("never delivered");
    }

    /// Waits until the extension has received so many requests.
    async fn received(&self, requests: usize) {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        for _ in 0..2_000 {
            if self.received.load(Ordering::SeqCst) == requests {
                return;
            }
            poll.tick().await;
        }
        panic!("{:?} of {requests} requests", self.received);
    }
}

#[tokio::test]
async fn without_room_events_are_refused_and_what_was_accepted_waits_for_room() {
    let setup = Setup::new().await;
    let before = setup.accepted("before").await;
    let store = &setup.platform.core.store;
    store.fill_disk().await;
    for key in ["first", "second", "first"] {
        setup.refused(key).await;
    }
    let queued = store.queue(setup.platform.core.now()).await.unwrap().queued;
    assert_eq!(queued, 1, "nothing half stored");
    store.make_room().await;
    let after = setup.accepted("first").await;
    setup.platform.deliver();
    for id in [before, after] {
        assert_eq!(setup.delivered(id).await.attempts.len(), 1);
    }
    assert_eq!(setup.received.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_sent_without_room_is_recorded_with_room_and_not_sent_again() {
    let setup = Setup::new().await;
    let ids = [setup.accepted("one").await, setup.accepted("two").await];
    let store = &setup.platform.core.store;
    store.fill_disk().await;
    setup.platform.deliver();
    setup.received(ids.len()).await;
    // The records of both stand before this in the writer's queue, or soon will.
    setup.refused("three").await;
    for id in ids {
        let waiting = setup.platform.delivery(id).await.unwrap().unwrap();
        assert_eq!((waiting.status, waiting.attempts.len()), (Status::Delivering, 0));
    }
    store.make_room().await;
    for id in ids {
        assert_eq!(setup.delivered(id).await.attempts.len(), 1);
    }
    assert_eq!(setup.received.load(Ordering::SeqCst), ids.len());
}
