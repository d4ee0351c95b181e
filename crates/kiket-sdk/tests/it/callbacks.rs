//! Many handlers that call Kiket at once, and calls that nobody answers.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kiket_contract::header;
use kiket_sdk::client::{Error, MOST_CONNECTIONS};
use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tower_service::Service;

use crate::program::{NOW, Program, SECRET, extension};
use crate::stub::Stub;
use crate::wire::{PATH, sign};

const HANDLERS: usize = 1_000;
/// How many calls the API waits for before it answers them; they divide a thousand.
const TOGETHER: usize = 50;

/// What the API was asked: the path, and the token.
type Asked = (String, String);

/// An API that answers calls once there are [`TOGETHER`] of them, and counts its connections.
async fn api() -> (SocketAddr, UnboundedReceiver<Asked>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, asked) = unbounded_channel();
    let (connections, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(TOGETHER)));
    let opened = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            opened.fetch_add(1, Ordering::SeqCst);
            let (sender, together) = (sender.clone(), Arc::clone(&together));
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let (sender, together) = (sender.clone(), Arc::clone(&together));
                async move {
                    let token = request.headers()[header::RUNTIME_TOKEN].to_str().unwrap();
                    sender.send((request.uri().path().to_owned(), token.to_owned())).unwrap();
                    together.wait().await;
                    Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from("{}"))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (address, asked, connections)
}

/// The number-th delivery, with a token of its own.
fn delivery(number: usize) -> hyper::Request<Full<Bytes>> {
    let body = json!({
        "authentication": { "runtime_token": format!("rt_{number}") },
        "delivery": { "id": format!("01936f5e-0000-7000-8000-{number:012}"), "timeout_ms": 60_000 },
        "number": number,
    })
    .to_string();
    let timestamp = NOW.to_string();
    hyper::Request::post(PATH)
        .header(header::SIGNATURE, sign(SECRET, Some(&timestamp), body.as_bytes()))
        .header(header::TIMESTAMP, timestamp)
        .body(Full::from(body))
        .unwrap()
}

/// The deliveries are handed to the service itself: sockets for them would be two thousand more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_handlers_at_once_share_the_connections_and_each_shows_its_own_token() {
    async fn calls(payload: Value, context: Context) -> Result<Value> {
        let number = &payload["number"];
        Ok(context.client().get(&format!("/api/v1/ext/things/{number}")).await?)
    }
    let (address, mut asked, connections) = api().await;
    let extension = extension().base_url(format!("http://{address}"));
    let service = extension.webhook("issue.created", "v1", calls).into_service().unwrap();
    let mut deliveries = JoinSet::new();
    for number in 0..HANDLERS {
        let mut service = service.clone();
        deliveries.spawn(async move { service.call(delivery(number)).await.unwrap() });
    }
    while let Some(answer) = deliveries.join_next().await {
        let (head, body) = answer.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert_eq!((head.status.as_u16(), &*body), (200, &b"{}"[..]));
    }
    let mut seen = BTreeSet::new();
    while let Ok((path, token)) = asked.try_recv() {
        assert_eq!(path.strip_prefix("/api/v1/ext/things/"), token.strip_prefix("rt_"));
        assert!(seen.insert(token));
    }
    assert_eq!(seen.len(), HANDLERS);
    let connections = connections.load(Ordering::SeqCst);
    assert!((TOGETHER..=MOST_CONNECTIONS).contains(&connections), "{connections}");
}

#[tokio::test]
async fn a_call_that_nobody_answers_holds_its_handler_no_longer_than_the_overrun() {
    let mut silent = Stub::silent().await;
    let (sender, mut ended) = unbounded_channel();
    let handler = move |_: Value, context: Context| {
        let sender = sender.clone();
        async move {
            // In a task of its own, which goes on when the handler is dropped.
            let limits = context.clone();
            tokio::spawn(async move { sender.send(limits.endpoints().rate_limit().await) });
            context.endpoints().rate_limit().await?;
            Ok(())
        }
    };
    let extension = extension().base_url(silent.url()).overrun(Duration::from_millis(100));
    let program = Program::serving(extension.webhook("issue.created", "v1", handler)).await;
    let body = json!({
        "authentication": { "runtime_token": "rt_1" },
        "delivery": { "id": "01936f5e-0000-7000-8000-000000000001", "timeout_ms": 50 },
    });
    let answer = program.deliver(&body).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "deadline_exceeded"));
    silent.call().await;
    silent.call().await;
    let error = ended.recv().await.unwrap().unwrap_err();
    let Error::Deadline { left, .. } = error else { panic!("{error:?}") };
    // 45 milliseconds until the deadline, and the overrun.
    assert!(left <= Duration::from_millis(145), "{left:?}");
}
