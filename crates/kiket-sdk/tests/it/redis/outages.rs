//! Redis that can not be reached, and what comes after.

use std::time::{Duration, Instant};

use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::proxy::Proxy;
use super::store::Store;
use super::{ID, OTHER, counting, delivery};
use crate::gate::Gate;
use crate::log::Log;
use crate::program::{Program, extension_with_id};
use crate::wire::{Request, Response};

const GUARDED: &str = "/v/v1/webhooks/workflow.before_transition";

async fn allow(_: Value, _: Context) -> Result<Guard> {
    Ok(Guard::allow())
}

/// One with a webhook handler, which answers with the number of its call, and a guard.
async fn guarding(extension: Extension) -> Program {
    let extension = extension.webhook("issue.created", "v1", Gate::open().handler()).guard(
        "workflow.before_transition",
        "v1",
        allow,
    );
    Program::serving(extension).await
}

/// The URL of a port where nobody listens.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("redis://me:s3cret@{}", listener.local_addr().unwrap())
}

async fn ask(program: &Program) -> Response {
    program.send(&Request::signed(delivery(ID).to_string()).path(GUARDED)).await
}

#[tokio::test]
async fn without_redis_it_starts_and_deliveries_come_again_later() {
    let log = Log::collect();
    let extension = extension_with_id("com.example.lonely");
    let extension =
        extension.effectively_once(kiket_sdk::EffectivelyOnce::Redis(nowhere().await.into()));
    let program = guarding(extension).await;
    let answer = program.deliver(&delivery(ID)).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "memory_unreachable"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());

    let ready = program.send(&Request::new("GET", "/readyz")).await;
    assert_eq!((ready.status, &ready.json()["status"]), (503, &json!("not_ready")));
    assert!(ready.json()["reason"].as_str().unwrap().contains("Redis"), "{}", ready.text());
    assert_eq!(program.send(&Request::new("GET", "/health")).await.status, 200);

    for _ in 0..3 {
        let answer = ask(&program).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("allow")));
    }
    let log = log.text();
    assert_eq!(log.matches("guards run without memory").count(), 1, "{log}");
    assert!(log.contains("Redis can not be asked: ") && !log.contains("s3cret"), "{log}");
}

#[tokio::test]
async fn a_connection_that_broke_is_made_again_before_anybody_notices() {
    let Some(store) = Store::connected() else { return };
    let proxy = Proxy::to(&store.url).await;
    let program = guarding(store.extension_through(&proxy.url())).await;
    assert_eq!(program.deliver(&delivery(ID)).await.json(), json!({ "call": 1 }));
    proxy.cut().await;
    assert_eq!(program.deliver(&delivery(OTHER)).await.json(), json!({ "call": 2 }));
}

#[tokio::test]
async fn the_first_delivery_after_an_outage_is_handled() {
    let Some(store) = Store::connected() else { return };
    let proxy = Proxy::to(&store.url).await;
    let program = guarding(store.extension_through(&proxy.url())).await;
    assert_eq!(program.deliver(&delivery(ID)).await.status, 200);
    proxy.refuse().await;
    for _ in 0..3 {
        assert_eq!(program.deliver(&delivery(OTHER)).await.status, 503);
        assert_eq!(ask(&program).await.status, 200);
    }
    proxy.open();
    assert_eq!(program.deliver(&delivery(OTHER)).await.json(), json!({ "call": 2 }));
    assert_eq!(program.deliver(&delivery(ID)).await.json(), json!({ "call": 1 }));
}

#[tokio::test]
async fn a_redis_that_is_silent_does_not_use_up_the_deadline() {
    let Some(store) = Store::connected() else { return };
    let proxy = Proxy::to(&store.url).await;
    proxy.hold();
    let program = guarding(store.extension_through(&proxy.url())).await;
    let start = Instant::now();
    let answer = program.deliver(&delivery(ID)).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "memory_unreachable"));
    assert_eq!(ask(&program).await.json()["status"], "allow");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    proxy.open();
    assert_eq!(program.deliver(&delivery(ID)).await.status, 200);
}

/// A user of Redis, who is removed with the test.
struct User<'a> {
    store: &'a Store,
    name: String,
}

impl User<'_> {
    fn acl(&self, action: &str, rules: &[&str]) {
        let mut command = redis::cmd("ACL");
        command.arg(action).arg(&self.name).arg(rules);
        command.exec(&mut self.store.connection()).unwrap();
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        self.acl("DELUSER", &[]);
    }
}

#[tokio::test]
async fn a_login_that_was_refused_is_tried_again() {
    let Some(store) = Store::connected() else { return };
    let user = User { store: &store, name: format!("kiket-{}", kiket_sdk::DeliveryId::new()) };
    let url = store.url.replace("redis://", &format!("redis://{}:s3cret@", user.name));
    let log = Log::collect();
    let program = guarding(store.extension_through(&url)).await;
    assert_eq!(program.deliver(&delivery(ID)).await.code(), "memory_unreachable");
    assert!(!log.text().contains("s3cret"), "{}", log.text());
    // The least that the memory needs.
    user.acl(
        "SETUSER",
        &["on", ">s3cret", "~kiket:*", "+get", "+set", "+del", "+ping", "+evalsha", "+script|load"],
    );
    let start = Instant::now();
    while program.deliver(&delivery(ID)).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never came back");
    }
    let ready = program.send(&Request::new("GET", "/readyz")).await;
    assert_eq!(ready.status, 200);
}

#[tokio::test]
async fn scripts_that_redis_has_lost_are_loaded_again() {
    let Some(store) = Store::connected() else { return };
    let program = counting(&store, &Gate::open()).await;
    assert_eq!(program.deliver(&delivery(ID)).await.status, 200);
    let _: () = redis::cmd("SCRIPT").arg("FLUSH").query(&mut store.connection()).unwrap();
    assert_eq!(program.deliver(&delivery(OTHER)).await.status, 200);
}
