//! Which failed calls are made again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kiket_client::{Client, Error, RETRIES};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::api::{Api, Reply};

fn limits() -> Reply {
    Reply::json(200, &json!({ "rate_limit": { "limit": 600, "remaining": 1 } }))
}

#[tokio::test]
async fn what_fails_for_now_is_asked_again_until_it_succeeds() {
    for status in [429, 502, 503, 504] {
        let mut api =
            Api::answering([Reply::status(status), Reply::status(status), limits()]).await;
        assert_eq!(api.session().rate_limit().await.unwrap().remaining, 1, "{status}");
        assert_eq!(api.calls().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn after_the_last_retry_the_failure_is_told() {
    let mut api = Api::answering([Reply::status(503)]).await;
    let error = api.session().rate_limit().await.unwrap_err();
    assert_eq!((error.status(), error.is_retryable()), (Some(503), true));
    assert_eq!(api.calls().len(), 1 + RETRIES as usize);
}

#[tokio::test]
async fn what_the_call_causes_itself_is_asked_once() {
    for status in [400, 401, 403, 404, 409, 422, 500] {
        let mut api = Api::answering([Reply::status(status), limits()]).await;
        let error = api.session().rate_limit().await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(api.calls().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn who_asks_for_a_long_wait_is_not_asked_again() {
    let slow = Reply::status(429).with("retry-after", "60");
    let mut api = Api::answering([slow, limits()]).await;
    let error = api.session().rate_limit().await.unwrap_err();
    let Error::Status { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!(retry_after.map(|wait| wait.as_secs()), Some(60));
    assert_eq!(api.calls().len(), 1);
}

#[tokio::test]
async fn a_write_has_one_idempotency_key_over_all_attempts() {
    let made = Reply::json(201, &json!({ "data": { "id": 1 } }));
    let mut api = Api::answering([Reply::status(503), made]).await;
    let session = api.session();
    for _ in 0..2 {
        session.custom_data(27).create("m", "t", json!({ "a": 1 })).await.unwrap();
    }
    let keys: Vec<String> = api
        .calls()
        .iter()
        .map(|call| call.header("idempotency-key").expect("a key").to_owned())
        .collect();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0], keys[1], "the second attempt is the same write");
    assert_ne!(keys[1], keys[2], "the second write is another one");
}

#[tokio::test]
async fn a_read_has_no_idempotency_key() {
    let mut api = Api::answering([limits()]).await;
    api.session().rate_limit().await.unwrap();
    assert_eq!(api.call().await.header("idempotency-key"), None);
}

/// In a thread of its own the server hangs up before the request is written, so that nothing of it
/// was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_up_on_every_connection_is_asked_no_more_often_than_one_that_fails() {
    const CALLS: usize = 40;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let session = client.session(Some("rt_secret".into()), "v1");
        calls.spawn(async move { session.rate_limit().await.unwrap_err() });
    }
    while let Some(error) = calls.join_next().await {
        let error = error.unwrap();
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
    }
    assert_eq!(accepted.load(Ordering::SeqCst), CALLS * (1 + RETRIES as usize));
}

#[tokio::test]
async fn a_connection_that_breaks_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let session = client.session(Some("rt_secret".into()), "v1");
    let call = tokio::spawn(async move { session.rate_limit().await });
    let (first, _) = listener.accept().await.unwrap();
    drop(first);
    let (mut second, _) = listener.accept().await.unwrap();
    let mut request = [0; 1024];
    assert!(second.read(&mut request).await.unwrap() > 0);
    let body = r#"{"rate_limit":{"limit":2,"remaining":1}}"#;
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    second.write_all(answer.as_bytes()).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().limit, 2);
}
