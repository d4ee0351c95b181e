//! Two processes of one extension.

use std::net::SocketAddr;
use std::time::Duration;

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use super::store::Store;
use super::{ID, delivery};
use crate::child::Process;
use crate::control::{CONTROL, Control, tell};
use crate::program::extension_with_id;
use crate::wire::Request;

const EXTENSION: &str = "KIKET_TEST_EXTENSION";
const REDIS: &str = "KIKET_TEST_REDIS";

/// The program of the processes: its handler tells the test of each call, and answers with its
/// process and what the test says. There is no overrun.
pub(crate) async fn replica() {
    async fn call(_: Value, _: Context) -> Result<Value> {
        let said = tell("call").await?;
        Ok(json!({ "process": std::process::id(), "said": said }))
    }
    let (id, url) = (std::env::var(EXTENSION).unwrap(), std::env::var(REDIS).unwrap());
    let bound = extension_with_id(&id)
        .effectively_once(kiket_sdk::EffectivelyOnce::Redis(url.into()))
        .overrun(Duration::ZERO)
        .webhook("issue.created", "v1", call)
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    tell(&format!("listening {}", bound.local_addr())).await.unwrap();
    bound.serve_until(std::future::pending()).await;
}

async fn start(store: &Store, control: &mut Control) -> (Process, SocketAddr) {
    let address = control.address.to_string();
    let variables = [(EXTENSION, &*store.id), (REDIS, &*store.url), (CONTROL, &*address)];
    let process = Process::start("replica", &variables);
    let heard = control.next().await;
    let address = heard.line.strip_prefix("listening ").unwrap().parse().unwrap();
    heard.reply("").await;
    (process, address)
}

#[tokio::test]
async fn a_delivery_to_both_at_once_runs_once_and_both_give_its_answer() {
    let Some(store) = Store::connected() else { return };
    let mut control = Control::new().await;
    let (_one, first) = start(&store, &mut control).await;
    let (_two, second) = start(&store, &mut control).await;
    let send = |address| {
        let request = Request::signed(delivery(ID).to_string());
        tokio::spawn(async move { request.send(address).await })
    };
    let attempts = [send(first), send(second), send(first), send(second)];
    let call = control.next().await;
    assert_eq!(call.line, "call");
    // Another process knows that it runs.
    for address in [first, second] {
        let hurried = json!({ "delivery": { "id": ID, "timeout_ms": 300 } });
        let answer = Request::signed(hurried.to_string()).send(address).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "still_running"));
    }
    call.reply("once").await;
    let mut answers = Vec::new();
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        assert_eq!((answer.status, &answer.json()["said"]), (200, &json!("once")));
        answers.push(answer.json());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(control.is_silent());
}

#[tokio::test]
async fn after_a_process_is_killed_in_the_middle_the_retry_waits_and_then_runs() {
    let Some(store) = Store::connected() else { return };
    let mut control = Control::new().await;
    let (one, first) = start(&store, &mut control).await;
    let (_two, second) = start(&store, &mut control).await;
    let body = json!({ "delivery": { "id": ID, "timeout_ms": 1000 } });
    let killed = Request::signed(body.to_string());
    let killed = tokio::spawn(async move { killed.send(first).await });
    let call = control.next().await;
    one.kill().await;
    drop(call);
    assert!(killed.await.is_err(), "there is no answer");

    assert!(store.get(&store.key(ID)).unwrap().starts_with("running "));
    let expires = store.expires_in(&store.key(ID));
    assert!(expires <= 2_000, "{expires}");
    // It has asked Redis nothing so far, and a first connection may take longer than the hurry.
    assert_eq!(Request::new("GET", "/readyz").send(second).await.status, 200);
    let hurried = json!({ "delivery": { "id": ID, "timeout_ms": 300 } });
    let answer = Request::signed(hurried.to_string()).send(second).await;
    assert_eq!(answer.code(), "still_running");

    let retry = Request::signed(delivery(ID).to_string());
    let retry = tokio::spawn(async move { retry.send(second).await });
    control.next().await.reply("again").await;
    let answer = retry.await.unwrap();
    assert_eq!((answer.status, &answer.json()["said"]), (200, &json!("again")));
}
