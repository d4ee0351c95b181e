//! An extension inside a server of the program's own.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use kiket_contract::header;
use kiket_sdk::ExtensionService;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_service::Service;

use crate::gate::Gate;
use crate::program::{NOW, SECRET, echo, extension};
use crate::wire::{self, PATH, sign};

fn service() -> ExtensionService {
    extension().webhook("issue.created", "v1", echo).into_service().unwrap()
}

fn signed(body: &'static str) -> Request<Full<Bytes>> {
    let timestamp = NOW.to_string();
    Request::post(PATH)
        .header(header::SIGNATURE, sign(SECRET, Some(&timestamp), body.as_bytes()))
        .header(header::TIMESTAMP, timestamp)
        .body(Full::from(body))
        .unwrap()
}

#[tokio::test]
async fn it_is_a_tower_service() {
    let answer: Result<_, Infallible> = service().call(signed(r#"{"a":1}"#)).await;
    let (head, body) = answer.unwrap().into_parts();
    assert_eq!(head.status, 200);
    let body = body.collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "a": 1 }));
}

#[tokio::test]
async fn it_is_served_by_any_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(service());
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap();
    });
    let answer = wire::Request::signed(r#"{"a":1}"#).send(address).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "a": 1 })));
}

#[tokio::test]
async fn finishing_waits_for_late_handlers_and_counts_those_it_leaves() {
    let gate = Gate::new();
    let service =
        extension().webhook("issue.created", "v1", gate.handler()).into_service().unwrap();
    let late = service.answer(signed(
        r#"{"delivery":{"id":
        "01936f5e-0000-7000-8000-000000000001","timeout_ms":20}}"#,
    ));
    assert_eq!(late.await.status(), 503);
    assert_eq!(service.finish(Duration::from_millis(10)).await, 1);
    gate.release(1);
    assert_eq!(service.finish(Duration::from_secs(60)).await, 0);
}

#[test]
fn wrong_registrations_are_told() {
    let wrong = extension().webhook("issue.before_delete", "v1", echo);
    assert!(matches!(wrong.into_service(), Err(kiket_sdk::Error::Registrations(_))));
}
