//! Floor A: axum.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kiket_contract::route;
use kiket_contract::signature::Signer;
use tokio::net::TcpListener;

use super::{Handle, verified};
use crate::delivery::{EVENT, SECRET};

#[derive(Clone)]
struct Floor {
    signer: Signer,
    handle: Handle,
}

pub(crate) async fn serve(listener: TcpListener, handle: Handle) -> anyhow::Result<()> {
    let floor = Floor { signer: Signer::new(&SECRET.into()), handle };
    let router = Router::new()
        .route("/v/{version}/webhooks/{event}", post(taken))
        .route(route::HEALTH, get(async || "{}"))
        .with_state(floor);
    Ok(axum::serve(listener, router).await?)
}

async fn taken(
    State(floor): State<Floor>,
    Path((_, event)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let json = [(header::CONTENT_TYPE, "application/json")];
    let body = verified(&floor.signer, &headers, &body).filter(|_| event == EVENT);
    match body.and_then(floor.handle) {
        Some(answer) => (StatusCode::OK, json, answer),
        None => (StatusCode::UNAUTHORIZED, json, Vec::new()),
    }
}
