//! Finished deliveries in a Redis that several processes share.

mod marks;
mod outages;
pub(crate) mod processes;
mod proxy;
mod store;

use kiket_contract::header;
use kiket_sdk::prelude::*;
use kiket_sdk::{EffectivelyOnce, Error};
use serde_json::{Value, json};

use crate::gate::Gate;
use crate::program::{NOW, Program, extension};
use crate::wire::Request;
use store::Store;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";
const OTHER: &str = "01936f5e-0000-7000-8000-000000000002";

fn delivery(id: &str) -> Value {
    json!({ "delivery": { "id": id } })
}

/// One whose handler answers with the number of its call, over all that share the gate.
async fn counting(store: &Store, gate: &Gate) -> Program {
    Program::serving(store.extension().webhook("issue.created", "v1", gate.handler())).await
}

#[tokio::test]
async fn a_repeat_to_another_one_gets_the_first_answer() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::open();
    let (one, two) = (counting(&store, &gate).await, counting(&store, &gate).await);
    for (program, id, call) in [(&one, ID, 1), (&two, ID, 1), (&two, OTHER, 2), (&one, OTHER, 2)] {
        let answer = program.deliver(&delivery(id)).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "call": call })));
    }
}

#[tokio::test]
async fn without_an_id_either_key_makes_a_repeat() {
    let Some(store) = Store::connected() else { return };
    let gate = Gate::open();
    let (one, two) = (counting(&store, &gate).await, counting(&store, &gate).await);
    let attempt = |token: &str, timestamp: i64| {
        let body = json!({ "authentication": { "runtime_token": token }, "issue": 1 });
        Request::stamped(&timestamp.to_string(), body.to_string())
    };
    let first = attempt("first", NOW).header(header::INVOCATION, "a");
    assert_eq!(one.send(&first).await.json(), json!({ "call": 1 }));
    assert_eq!(store.keys().len(), 2, "{:?}", store.keys());
    for (request, call) in [
        (attempt("first", NOW), 1),
        (attempt("second", NOW + 1).header(header::INVOCATION, "a"), 1),
        (attempt("second", NOW + 1).header(header::INVOCATION, "b"), 2),
        (attempt("third", NOW + 2), 3),
    ] {
        assert_eq!(two.send(&request).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn a_permanent_failure_is_remembered_and_one_for_now_is_not() {
    let Some(store) = Store::connected() else { return };
    for (number, status, calls) in [(1, 422, 1), (2, 503, 2), (3, 500, 2)] {
        let gate = Gate::open();
        let handler = {
            let gate = gate.clone();
            move |_: Value, _: Context| {
                let gate = gate.clone();
                async move {
                    gate.pass().await;
                    match status {
                        422 => Err::<(), _>(HandlerError::permanent(422, "no")),
                        503 => Err(HandlerError::retryable("not now")),
                        _ => panic!("of the test"),
                    }
                }
            }
        };
        let extension = store.extension().webhook("issue.created", "v1", handler);
        let program = Program::serving(extension).await;
        let body = delivery(&format!("01936f5e-0000-7000-8000-00000000010{number}"));
        let first = program.deliver(&body).await;
        let second = program.deliver(&body).await;
        assert_eq!((first.status, second.status), (status, status));
        assert_eq!(first.text(), second.text());
        assert_eq!(gate.calls(), calls, "{status}");
    }
}

#[tokio::test]
async fn extensions_that_share_a_redis_do_not_share_deliveries() {
    let Some(first) = Store::connected() else { return };
    let second = Store::at(first.url.clone());
    let gate = Gate::open();
    for (store, call) in [(&first, 1), (&second, 2)] {
        let program = counting(store, &gate).await;
        assert_eq!(program.deliver(&delivery(ID)).await.json(), json!({ "call": call }));
    }
}

#[tokio::test]
async fn one_whose_redis_answers_is_ready() {
    let Some(store) = Store::connected() else { return };
    let program = counting(&store, &Gate::open()).await;
    let answer = program.send(&Request::new("GET", "/readyz")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "ready" })));
}

#[tokio::test]
async fn a_wrong_url_is_told_at_the_start_and_not_shown() {
    for url in [
        "",
        "nonsense",
        "http://me:s3cret@redis.example",
        "redis://me:s3cret@redis.example/database",
        "rediss://me:s3cret@redis.example/#insecure",
    ] {
        let extension = extension().effectively_once(EffectivelyOnce::Redis(url.into()));
        assert!(!format!("{extension:?}").contains("s3cret"));
        let error = extension.bind("127.0.0.1:0").await.unwrap_err();
        assert!(matches!(error, Error::RedisUrl), "{url}: {error:?}");
        let text = format!("{error:?}");
        assert!(text.contains("write `redis://"), "{text}");
        assert!(!text.contains("s3cret") && !text.contains("redis.example"), "{text}");
    }
    let choice = EffectivelyOnce::Redis("redis://me:s3cret@redis.example".into());
    assert!(!format!("{choice:?}").contains("s3cret"), "{choice:?}");
}
