//! Which writes have the same idempotency key.

use kiket_client::{Error, Session};
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::id::DeliveryId;
use serde_json::{Value, json};

use crate::api::{Api, Reply};

const DELIVERY: &str = "0192f3a1-7c4e-7b12-8d55-0a1b2c3d4e5f";

fn of(api: &Api, delivery: &str) -> Session {
    api.session().of_delivery(delivery.parse::<DeliveryId>().expect("a delivery's id"))
}

async fn make(session: &Session, record: Value) -> Result<(), Error> {
    session.custom_data(27).create("m", "t", record).await.map(drop)
}

async fn api() -> Api {
    Api::answering([Reply::json(201, &json!({ "data": { "id": 1 } }))]).await
}

fn keys(api: &mut Api) -> Vec<String> {
    let key = |call: &crate::api::Call| call.header("idempotency-key").expect("a key").to_owned();
    api.calls().iter().map(key).collect()
}

#[tokio::test]
async fn a_handler_that_runs_again_adds_with_the_same_keys_in_whatever_order() {
    let mut api = api().await;
    let (first, second) = (of(&api, DELIVERY), of(&api, DELIVERY));
    for record in [json!({ "a": 1 }), json!({ "a": 2 })] {
        make(&first, record).await.unwrap();
    }
    for record in [json!({ "a": 2 }), json!({ "a": 1 })] {
        make(&second, record).await.unwrap();
    }
    let keys = keys(&mut api);
    assert_ne!(keys[0], keys[1]);
    assert_eq!((&keys[0], &keys[1]), (&keys[3], &keys[2]));
}

#[tokio::test]
async fn equal_writes_of_one_delivery_are_two_writes() {
    let mut api = api().await;
    let session = of(&api, DELIVERY);
    for session in [&session, &session.clone()] {
        make(session, json!({ "a": 1 })).await.unwrap();
    }
    let keys = keys(&mut api);
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn the_writes_of_another_delivery_are_others() {
    let mut api = api().await;
    for delivery in [DELIVERY, "0192f3a1-7c4e-7b12-8d55-0a1b2c3d4e60"] {
        make(&of(&api, delivery), json!({ "a": 1 })).await.unwrap();
    }
    let keys = keys(&mut api);
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn the_moment_at_which_an_event_is_logged_makes_it_no_other() {
    let mut api = api().await;
    for moment in ["2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"] {
        let log = LogEvent {
            event: "issue.created".to_owned(),
            version: None,
            data: json!({ "summary": "Slow checkout" }),
            timestamp: Some(moment.parse().unwrap()),
        };
        of(&api, DELIVERY).log_event("com.example.crm", &log).await.unwrap();
    }
    let keys = keys(&mut api);
    assert_eq!(keys[0], keys[1]);
}

/// A token that a second run of the handler makes anew has to replace that of the first.
#[tokio::test]
async fn what_replaces_a_value_is_a_write_each_time() {
    let mut api = api().await;
    for _ in 0..2 {
        let session = of(&api, DELIVERY);
        session.set_secret("com.example.crm", "TOKEN", "abc".into()).await.unwrap();
        session.custom_data(27).update("m", "t", 1, json!({ "a": 1 })).await.unwrap();
    }
    let keys = keys(&mut api);
    assert_ne!(keys[0], keys[2]);
    assert_ne!(keys[1], keys[3]);
}
