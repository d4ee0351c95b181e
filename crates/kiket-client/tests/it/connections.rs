//! How many connections are open.

use std::sync::Arc;

use kiket_client::MOST_CONNECTIONS;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::api::{Api, Reply};

/// How many calls the API waits for before it answers them; they divide a thousand.
const TOGETHER: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_sessions_share_the_connections_and_each_shows_its_own_token() {
    let together = Arc::new(Barrier::new(TOGETHER));
    let mut api = Api::new(move |_| {
        let together = Arc::clone(&together);
        async move {
            together.wait().await;
            Reply::json(200, &json!({ "ok": true }))
        }
    })
    .await;
    let client = api.client();
    let mut calls = JoinSet::new();
    for number in 0..1_000 {
        let session = client.session(Some(format!("rt_{number}").into()), "v1");
        calls.spawn(async move { session.get::<Value>(&format!("/api/v1/{number}")).await });
    }
    while let Some(called) = calls.join_next().await {
        assert_eq!(called.unwrap().unwrap(), json!({ "ok": true }));
    }
    let most = api.connections.most();
    assert!((TOGETHER..=MOST_CONNECTIONS).contains(&most), "{most}");
    assert_eq!(api.connections.all(), most, "connections are used again");
    let seen = api.calls();
    assert_eq!(seen.len(), 1_000);
    for call in seen {
        let number = call.path.strip_prefix("/api/v1/").unwrap();
        assert_eq!(call.header("x-kiket-runtime-token"), Some(&*format!("rt_{number}")));
    }
}

#[tokio::test]
async fn one_call_after_the_other_needs_one_connection() {
    let api = Api::saying(json!({})).await;
    let session = api.session();
    for _ in 0..20 {
        session.get::<Value>("/api/v1/me").await.unwrap();
    }
    assert_eq!(api.connections.all(), 1);
}

#[tokio::test]
async fn a_connection_that_the_api_closes_is_replaced() {
    let api = Api::answering([Reply::json(200, &json!({})).with("connection", "close")]).await;
    let session = api.session();
    for _ in 0..3 {
        session.get::<Value>("/api/v1/me").await.unwrap();
    }
    assert_eq!(api.connections.all(), 3);
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_place_back() {
    let mut api = Api::new(|number| async move {
        if number < MOST_CONNECTIONS {
            std::future::pending::<()>().await;
        }
        Reply::json(200, &json!({ "number": number }))
    })
    .await;
    let session = api.session();
    let mut calls = JoinSet::new();
    for _ in 0..MOST_CONNECTIONS {
        let session = session.clone();
        calls.spawn(async move { session.get::<Value>("/api/v1/me").await });
    }
    for _ in 0..MOST_CONNECTIONS {
        api.call().await;
    }
    calls.shutdown().await;
    let answer: Value = session.get("/api/v1/me").await.unwrap();
    assert_eq!(answer, json!({ "number": MOST_CONNECTIONS }));
}
