//! The marks of deliveries that run.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use kiket_contract::header;
use kiket_sdk::ExtensionService;
use redis::Commands;
use serde_json::{Value, json};

use super::proxy::Proxy;
use super::store::Store;
use super::{ID, counting, delivery};
use crate::gate::Gate;
use crate::program::{NOW, Program, SECRET};
use crate::wire::{self, PATH, Request};

/// The answer to a signed body, from the service itself: a test can drop its request.
async fn answer(service: &ExtensionService, body: &Value) -> (u16, Value) {
    let (body, timestamp) = (body.to_string(), NOW.to_string());
    let request = hyper::Request::post(PATH)
        .header(header::SIGNATURE, wire::sign(SECRET, Some(&timestamp), body.as_bytes()))
        .header(header::TIMESTAMP, timestamp)
        .body(Full::<bytes::Bytes>::from(body))
        .unwrap();
    let (head, body) = service.answer(request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status.as_u16(), serde_json::from_slice(&body).unwrap())
}

fn service(store: &Store, url: &str, gate: &Gate) -> ExtensionService {
    let extension = store.extension_through(url).webhook("issue.created", "v1", gate.handler());
    extension.into_service().unwrap()
}

#[tokio::test]
async fn a_mark_expires_after_deadline_and_overrun_and_an_answer_after_a_day() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::new();
    let extension = store.extension().overrun(Duration::from_secs(20));
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    let address = program.address;
    let request = Request::signed(delivery(ID).to_string());
    let running = tokio::spawn(async move { request.send(address).await });
    gate.started().await;
    let key = store.key(ID);
    assert!(store.get(&key).unwrap().starts_with("running "));
    // Ten seconds less half a second, the overrun, and one to tell the end.
    let expires = store.expires_in(&key);
    assert!((25_000..=30_500).contains(&expires), "{expires}");
    gate.release(1);
    assert_eq!(running.await.unwrap().status, 200);
    assert_eq!(store.get(&key).as_deref(), Some("finished 200\n{\"call\":1}"));
    let expires = store.expires_in(&key);
    assert!((86_000_000..=86_400_000).contains(&expires), "{expires}");
}

#[tokio::test]
async fn without_deadlines_a_mark_expires_all_the_same() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::new();
    let extension = store.extension().overrun(Duration::ZERO).deadlines(false);
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    let address = program.address;
    let request = Request::signed(delivery(ID).to_string());
    let running = tokio::spawn(async move { request.send(address).await });
    gate.started().await;
    let expires = store.expires_in(&store.key(ID));
    assert!((6_000..=11_000).contains(&expires), "{expires}");
    gate.release(1);
    assert_eq!(running.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_repeat_waits_until_its_own_deadline_and_no_longer() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::new();
    let (one, two) = (counting(&store, &gate).await, counting(&store, &gate).await);
    let address = one.address;
    let first = Request::signed(delivery(ID).to_string());
    let first = tokio::spawn(async move { first.send(address).await });
    gate.started().await;
    let hurried = json!({ "delivery": { "id": ID, "timeout_ms": 100 } });
    let answer = two.deliver(&hurried).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "still_running"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    gate.release(1);
    assert_eq!(first.await.unwrap().json(), json!({ "call": 1 }));
    assert_eq!(two.deliver(&hurried).await.json(), json!({ "call": 1 }));
}

#[tokio::test]
async fn only_its_owner_replaces_or_removes_a_mark() {
    let Some(store) = Store::connected() else { return };
    // A deadline that passes makes the handler give its mark up.
    for (id, timeout_ms, status) in [(ID, 10_000, 200), (super::OTHER, 100, 503)] {
        let gate = Gate::new();
        let extension = store.extension().overrun(Duration::ZERO);
        let extension = extension.webhook("issue.created", "v1", gate.handler());
        let program = Program::serving(extension).await;
        let body = json!({ "delivery": { "id": id, "timeout_ms": timeout_ms } });
        let address = program.address;
        let request = Request::signed(body.to_string());
        let running = tokio::spawn(async move { request.send(address).await });
        gate.started().await;
        let _: () = store.connection().set(store.key(id), "running another").unwrap();
        if status == 200 {
            gate.release(1);
        }
        assert_eq!(running.await.unwrap().status, status);
        program.stop().await.unwrap();
        assert_eq!(store.get(&store.key(id)).as_deref(), Some("running another"));
    }
}

#[tokio::test]
async fn what_failed_for_now_is_forgotten_before_the_program_ends() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::new();
    let extension = store.extension().overrun(Duration::ZERO);
    let program = Program::serving(extension.webhook("issue.created", "v1", gate.handler())).await;
    let late = json!({ "delivery": { "id": ID, "timeout_ms": 100 } });
    assert_eq!(program.deliver(&late).await.status, 503);
    program.stop().await.unwrap();
    assert_eq!(store.get(&store.key(ID)), None);
}

#[tokio::test]
async fn an_answer_is_stored_though_the_caller_hangs_up_at_that_moment() {
    let Some(store) = Store::connected() else { return };
    let proxy = Proxy::to(&store.url).await;
    let gate = Gate::new();
    let service = service(&store, &proxy.url(), &gate);
    let body = delivery(ID);
    tokio::select! {
        answer = answer(&service, &body) => panic!("{answer:?}"),
        () = async {
            gate.started().await;
            // Before the answer can be sent there has to be a new connection.
            proxy.hold();
            proxy.cut().await;
            gate.release(1);
            proxy.holds_something().await;
        } => {}
    }
    proxy.open();
    assert_eq!(answer(&service, &body).await, (200, json!({ "call": 1 })));
    assert_eq!(gate.calls(), 1);
}

#[tokio::test]
async fn a_caller_that_hangs_up_before_the_handler_leaves_no_mark() {
    let Some(store) = Store::connected() else { return };
    let proxy = Proxy::to(&store.url).await;
    let gate = Gate::open();
    let service = service(&store, &proxy.url(), &gate);
    // Connects, so that nothing but the claim is held.
    assert_eq!(answer(&service, &delivery(super::OTHER)).await.0, 200);
    let body = delivery(ID);
    proxy.hold();
    tokio::select! {
        answer = answer(&service, &body) => panic!("{answer:?}"),
        () = proxy.holds_something() => {}
    }
    proxy.open();
    assert_eq!(answer(&service, &body).await, (200, json!({ "call": 2 })));
}

#[tokio::test]
async fn the_key_of_a_delivery_that_holds_something_else_is_no_answer() {
    let Some(store) = Store::connected() else { return };
    let program = counting(&store, &Gate::open()).await;
    let _: () = store.connection().set(store.key(ID), "hello").unwrap();
    let answer = program.deliver(&delivery(ID)).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "memory_unreachable"));
    assert_eq!(store.get(&store.key(ID)).as_deref(), Some("hello"));
}
