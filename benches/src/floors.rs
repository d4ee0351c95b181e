//! The floors: what a delivery needs, done by hand.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use kiket_contract::header::{SIGNATURE, TIMESTAMP};
use kiket_contract::payload::{Authentication, Delivery, SecretStatus};
use kiket_contract::route;
use kiket_contract::secret::Secret;
use kiket_contract::signature::Signer;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::delivery::{EVENT, SECRET};
use crate::handler::{Issue, IssueCreated, handle};

const LARGEST: usize = 1024 * 1024;
const WINDOW: u64 = 300;

/// The handler's type and the envelope's members, read at once.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the envelope is read because a delivery needs it read")]
struct Body {
    event: String,
    event_version: String,
    issue: Issue,
    delivery: Delivery,
    authentication: Authentication,
    secrets: BTreeMap<String, Secret>,
    secret_status: SecretStatus,
    context: Value,
}

/// Verifies, reads, handles; `None` is a refusal.
fn deliver(signer: &Signer, headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    let signature = headers.get(SIGNATURE)?.to_str().ok()?;
    let timestamp = headers.get(TIMESTAMP)?.to_str().ok()?;
    let seconds: i64 = timestamp.parse().ok()?;
    if Timestamp::now().as_second().abs_diff(seconds) > WINDOW {
        return None;
    }
    signer.verify(signature, Some(timestamp), body).ok()?;
    let body: Body = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
    serde_json::to_vec(&handle(&IssueCreated { issue: body.issue })).ok()
}

/// Floor A: axum.
pub(crate) async fn axum(listener: TcpListener) -> anyhow::Result<()> {
    let signer = Signer::new(&SECRET.into());
    let router = Router::new().route("/v/{version}/webhooks/{event}", post(taken));
    Ok(axum::serve(listener, router.with_state(signer)).await?)
}

async fn taken(
    State(signer): State<Signer>,
    Path((_, event)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match deliver(&signer, &headers, &body).filter(|_| event == EVENT) {
        Some(answer) => (StatusCode::OK, json, answer),
        None => (StatusCode::UNAUTHORIZED, json, Vec::new()),
    }
}

/// Floor B: hyper.
pub(crate) async fn hyper(listener: TcpListener) -> anyhow::Result<()> {
    let signer = Arc::new(Signer::new(&SECRET.into()));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let signer = Arc::clone(&signer);
        let service = service_fn(move |request| {
            let signer = Arc::clone(&signer);
            async move { Ok::<_, Infallible>(answer(&signer, request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(signer: &Signer, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let routed = route::parse_webhook(head.uri.path()).is_some_and(|(event, _)| event == EVENT);
    let body = Limited::new(body, LARGEST).collect().await.map(|body| body.to_bytes());
    let answer =
        body.ok().filter(|_| routed).and_then(|body| deliver(signer, &head.headers, &body));
    let mut response = Response::new(Full::from(answer.clone().unwrap_or_default()));
    if answer.is_none() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
