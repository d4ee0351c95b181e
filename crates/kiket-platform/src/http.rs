//! The platform's HTTP face: each handler parses, calls one service and renders.
//!
//! - [`ext`]: what extensions call, with the runtime token of a delivery;
//! - [`admin`]: what operators call, with the admin token;
//! - the key set and the health check, which are open.

mod admin;
mod body;
mod error;
mod ext;
mod page;
mod query;
mod request_id;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::get;
use axum::{Json, Router, middleware};
use kiket_contract::api::Done;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route;

use crate::core::Shared;
use error::ApiError;

/// The largest body of a request to the platform.
const LARGEST_BODY: usize = 1024 * 1024;

/// Every route of the platform.
pub(crate) fn router(core: Shared) -> Router {
    Router::new()
        .merge(ext::router(&core))
        .merge(admin::router(&core))
        .route(route::JWKS, get(key_set))
        .route("/healthz", get(healthy))
        .fallback(|| async { ApiError::NoRoute })
        .method_not_allowed_fallback(|| async { ApiError::NoMethod })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(request_id::name))
        .with_state(core)
}

async fn key_set(State(core): State<Shared>) -> Json<JwkSet> {
    Json(core.tokens.key_set())
}

async fn healthy() -> Json<Done> {
    Json(Done::OK)
}
