//! The platform's HTTP face: each handler parses, calls one service and renders.
//!
//! - [`ext`]: what extensions call, with the runtime token of a delivery;
//! - [`admin`]: what operators call, with the admin token;
//! - the key set, the health checks and the API's description, which are open.
//!
//! Each route is described in [`openapi`], and a test compares the two.

mod admin;
mod body;
mod error;
mod ext;
mod health;
mod openapi;
mod page;
mod query;
mod request_id;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::get;
use axum::{Json, Router, middleware};
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
        .route(route::HEALTHZ, get(health::alive))
        .route(route::READYZ, get(health::ready))
        .route(route::OPENAPI, get(openapi::show))
        .fallback(|| async { ApiError::NoRoute })
        .method_not_allowed_fallback(|| async { ApiError::NoMethod })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(request_id::name))
        .with_state(core)
}

async fn key_set(State(core): State<Shared>) -> Json<JwkSet> {
    Json(core.tokens.signing_keys().key_set(core.now()))
}
