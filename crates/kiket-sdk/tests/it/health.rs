//! Probes.

use serde_json::json;

use crate::gate::Gate;
use crate::program::{Program, extension};
use crate::wire::Request;

#[tokio::test]
async fn the_health_check_has_two_names() {
    let program = Program::echoing().await;
    let health = program.send(&Request::new("GET", "/health")).await;
    let healthz = program.send(&Request::new("GET", "/healthz")).await;
    assert_eq!((health.status, healthz.status), (200, 200));
    assert_eq!(health.json(), healthz.json());
    assert_eq!(health.json()["status"], "ok");
}

#[tokio::test]
async fn an_extension_that_stops_is_not_ready() {
    let gate = Gate::new();
    let extension = extension().webhook("issue.created", "v1", gate.handler());
    let service = extension.into_service().unwrap();
    let ready = || http_body_util::Empty::<bytes::Bytes>::new();
    let ask = || hyper::Request::get("/readyz").body(ready()).unwrap();
    assert_eq!(service.answer(ask()).await.status(), 200);
    service.finish(std::time::Duration::ZERO).await;
    assert_eq!(service.answer(ask()).await.status(), 503);
}

#[tokio::test]
async fn one_that_serves_is_ready() {
    let program = Program::echoing().await;
    let answer = program.send(&Request::new("GET", "/readyz")).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "ready" })));
}
