//! What can happen to a delivery between the two sides: a real platform, a real extension, and a
//! network in between that a test controls.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kiket_contract::api::deliveries::{Delivery, Status};
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::installations::NewInstallation;
use kiket_contract::event;
use kiket_contract::id::DeliveryId;
use kiket_platform::{Config, Platform};
use kiket_sdk::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const SECRET: &str = "sh_in_flight";
const MANIFEST: &str = "{id: com.example.crm, version: 1.0.0, sdk: rust, hooks: [issue.created]}";

/// A platform that retries after `retry_base`.
async fn platform(dir: &TempDir, retry_base: Duration) -> Platform {
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config.schedule.base = retry_base;
    let platform = Platform::start(config).await.unwrap();
    platform.deliver();
    platform
}

async fn install(platform: &Platform, address: SocketAddr) {
    let new = NewInstallation {
        manifest: MANIFEST.to_owned(),
        callback_url: Some(format!("http://{address}")),
        organization_id: 3.try_into().unwrap(),
        project_id: 27.try_into().unwrap(),
        configuration: serde_json::Map::new(),
        secrets: std::collections::BTreeMap::new(),
        headers: std::collections::BTreeMap::new(),
        delivery_secret: Some(SECRET.into()),
        signing: None,
        token_minutes: None,
        modules: std::collections::BTreeMap::new(),
        seeds: std::collections::BTreeMap::new(),
        accept_data_loss: false,
        replace: false,
    };
    platform.install(new).await.unwrap();
}

async fn send(platform: &Platform) -> DeliveryId {
    let event = NewEvent {
        event: "issue.created".to_owned().try_into().unwrap(),
        version: None,
        project_id: 27.try_into().unwrap(),
        organization_id: None,
        payload: event::find("issue.created", "v1").unwrap().sample().into(),
        context: None,
    };
    platform.accept(event).await.unwrap().deliveries[0].id
}

async fn until(platform: &Platform, id: DeliveryId, wanted: Status) -> Delivery {
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    for _ in 0..2_000 {
        poll.tick().await;
        let delivery = platform.delivery(id).await.unwrap().unwrap();
        if delivery.status == wanted {
            return delivery;
        }
    }
    panic!("never {wanted:?}: {:?}", platform.delivery(id).await.unwrap());
}

/// An extension at an address, served until the handle is aborted.
async fn serve(
    platform: &Platform,
    address: &str,
    handler: impl kiket_sdk::Handler<Value, Value>,
) -> (SocketAddr, JoinHandle<()>) {
    let bound = Extension::new("com.example.crm")
        .environment(|_| None)
        .base_url(platform.url())
        .webhook_secret(SECRET)
        .webhook("issue.created", "v1", handler)
        .bind(address)
        .await
        .unwrap();
    let address = bound.local_addr();
    (address, tokio::spawn(bound.serve_until(std::future::pending())))
}

/// A network that changes one text into another of the same length, once, on its way to `target`.
async fn changing(target: SocketAddr, from: &'static str, to: &'static str) -> SocketAddr {
    assert_eq!(from.len(), to.len());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            let far = TcpStream::connect(target).await.unwrap();
            tokio::spawn(pass(near, far, from.as_bytes(), to.as_bytes()));
        }
    });
    address
}

async fn pass(near: TcpStream, far: TcpStream, from: &'static [u8], to: &'static [u8]) {
    let (mut near_read, mut near_write) = near.into_split();
    let (mut far_read, mut far_write) = far.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut far_read, &mut near_write).await });
    let mut bytes = vec![0; 256 * 1024];
    while let Ok(read @ 1..) = near_read.read(&mut bytes).await {
        let part = &mut bytes[..read];
        if let Some(at) = part.windows(from.len()).position(|window| window == from) {
            part[at..at + to.len()].copy_from_slice(to);
        }
        far_write.write_all(part).await.unwrap();
    }
    drop(far_write);
    let _ = back.await;
}

async fn fine(_payload: Value, context: Context) -> Result<Value> {
    context.endpoints().log_event("seen", json!({})).await?;
    Ok(json!({ "ok": true }))
}

#[tokio::test]
async fn a_byte_changed_in_flight_is_refused_and_not_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir, Duration::from_millis(5)).await;
    let (extension, _serving) = serve(&platform, "127.0.0.1:0", fine).await;
    install(&platform, changing(extension, "Restore checkout", "Rextore checkout").await).await;
    let id = send(&platform).await;
    let delivery = until(&platform, id, Status::Failed).await;
    assert_eq!(delivery.attempts.len(), 1);
    assert_eq!(delivery.attempts[0].status_code, Some(401));
    assert!(delivery.callbacks.is_empty(), "the handler did not run");
    let answer = delivery.attempts[0].response.as_deref().unwrap();
    assert!(answer.contains("invalid_signature"), "{answer}");
}

#[tokio::test]
async fn the_same_network_without_a_change_delivers() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir, Duration::from_millis(5)).await;
    let (extension, _serving) = serve(&platform, "127.0.0.1:0", fine).await;
    install(&platform, changing(extension, "not in there", "never a word").await).await;
    let id = send(&platform).await;
    let delivery = until(&platform, id, Status::Delivered).await;
    assert_eq!(delivery.callbacks.len(), 1);
}

#[tokio::test]
async fn a_handlers_error_is_500_and_schedules_a_retry() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir, Duration::from_secs(3_600)).await;
    let fails = async |_: Value, _: Context| -> Result<Value> {
        Err(std::io::Error::other("the disk of the CRM is full"))?
    };
    let (extension, _serving) = serve(&platform, "127.0.0.1:0", fails).await;
    install(&platform, extension).await;
    let id = send(&platform).await;
    let delivery = until(&platform, id, Status::Retrying).await;
    assert_eq!(delivery.attempts[0].status_code, Some(500));
    let answer = delivery.attempts[0].response.as_deref().unwrap();
    assert!(!answer.contains("disk"), "the cause is for the extension's log: {answer}");
    let started = delivery.attempts[0].started_at;
    let wait = delivery.next_attempt_at.unwrap().duration_since(started);
    assert!((3_200..4_000).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn a_handler_that_recovers_gets_the_same_delivery_again() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir, Duration::from_millis(5)).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let recovers = move |_: Value, context: Context| {
        let call = counted.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            assert_eq!(context.attempt(), Some(i64::try_from(call).unwrap()));
            match call {
                1 => Err(HandlerError::retryable("the CRM is busy")),
                2 => panic!("a bug"),
                _ => Ok(json!({ "ok": true })),
            }
        }
    };
    let (extension, _serving) = serve(&platform, "127.0.0.1:0", recovers).await;
    install(&platform, extension).await;
    let id = send(&platform).await;
    let delivery = until(&platform, id, Status::Delivered).await;
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status_code).collect();
    assert_eq!(statuses, [Some(503), Some(500), Some(200)]);
}

#[tokio::test]
async fn an_extension_that_is_down_gets_its_delivery_when_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir, Duration::from_millis(40)).await;
    let (address, serving) = serve(&platform, "127.0.0.1:0", fine).await;
    serving.abort();
    let _ = serving.await;
    install(&platform, address).await;
    let id = send(&platform).await;
    let waiting = until(&platform, id, Status::Retrying).await;
    assert_eq!(waiting.attempts[0].status_code, None);
    let (_, _serving) = serve(&platform, &address.to_string(), fine).await;
    let delivery = until(&platform, id, Status::Delivered).await;
    assert!(delivery.attempts.len() > 1);
    assert_eq!(delivery.callbacks.len(), 1);
}
