//! How long calls may take. The clock is stopped, and goes on when nothing else happens.

use std::time::Duration;

use kiket_client::{Client, Error, MOST_CONNECTIONS, READ_TIMEOUT, TIMEOUT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::{Api, Reply};

/// An API that takes every request and does not answer.
async fn silent() -> Api {
    Api::new(|_| std::future::pending()).await
}

/// How long the call was waited for.
fn limit_of(error: &Error) -> Option<Duration> {
    match error {
        Error::Timeout { timeout, .. } => Some(*timeout),
        _ => None,
    }
}

/// What a call had of its handler's time.
fn left_of(error: &Error) -> Option<Duration> {
    match error {
        Error::Deadline { left, .. } => Some(*left),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_that_is_silent_is_given_up() {
    let api = silent().await;
    let start = Instant::now();
    let error = api.session().rate_limit().await.unwrap_err();
    assert_eq!(limit_of(&error), Some(READ_TIMEOUT));
    assert_eq!(start.elapsed().as_secs(), READ_TIMEOUT.as_secs());
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_the_deadline_of_its_handler() {
    let api = silent().await;
    let start = Instant::now();
    let left = Duration::from_millis(700);
    let error = api.session().until((start + left).into_std()).rate_limit().await.unwrap_err();
    assert_eq!(left_of(&error), Some(left));
    assert_eq!(start.elapsed().as_millis(), 700);
    assert_eq!(
        error.to_string(),
        "the handler's time ended 0.7 seconds after GET /api/v1/ext/rate_limit began; call earlier, \
         or from work in the background"
    );
    assert!(error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_got_no_connection_in_time_says_so() {
    let mut api = silent().await;
    let session = api.session();
    let mut calls = JoinSet::new();
    for _ in 0..MOST_CONNECTIONS {
        let session = session.clone();
        calls.spawn(async move { session.rate_limit().await.map(drop) });
    }
    for _ in 0..MOST_CONNECTIONS {
        api.call().await;
    }
    let end = Instant::now() + Duration::from_millis(700);
    let error = session.until(end.into_std()).rate_limit().await.unwrap_err();
    assert!(matches!(error, Error::Deadline { is_queued: true, .. }), "{error:?}");
    assert!(error.to_string().contains("waited for one of the client's 64 connections"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn background_work_may_call_after_the_deadline() {
    let api = silent().await;
    let session = api.session();
    let handlers = session.clone().until(Instant::now().into_std());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(left_of(&handlers.rate_limit().await.unwrap_err()), Some(Duration::ZERO));
    assert_eq!(limit_of(&session.rate_limit().await.unwrap_err()), Some(READ_TIMEOUT));
}

#[tokio::test]
async fn no_call_begins_after_the_deadline() {
    let api = silent().await;
    let session = api.session().until(std::time::Instant::now());
    let error = session.rate_limit().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the handler's time was over before GET /api/v1/ext/rate_limit began; call earlier, or from \
         work in the background"
    );
    assert_eq!(api.connections.all(), 0);
}

#[tokio::test]
async fn no_retry_begins_that_would_end_after_the_deadline() {
    let busy = Reply::status(503).with("retry-after", "4");
    let mut api = Api::answering([busy]).await;
    let deadline = std::time::Instant::now() + Duration::from_secs(3);
    let error = api.session().until(deadline).rate_limit().await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(api.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_trickles_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await.unwrap();
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let start = Instant::now();
    let error = client.session(Some("rt_secret".into()), "v1").rate_limit().await.unwrap_err();
    assert_eq!(limit_of(&error), Some(TIMEOUT));
    assert_eq!(start.elapsed().as_secs(), TIMEOUT.as_secs());
}
