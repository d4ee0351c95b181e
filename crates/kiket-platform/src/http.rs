//! The platform's HTTP face: each handler parses, calls one service and renders.
//!
//! - [`ext`]: what extensions call, with a credential of their own;
//! - [`admin`]: what operators call, with the admin token;
//! - [`webhooks`]: what third parties send to an extension's own address;
//! - the key set, the health checks and the API's description, which are open.
//!
//! Each route is described in [`openapi`], and a test compares the two.

mod admin;
mod body;
mod error;
mod ext;
mod health;
mod idempotent;
mod openapi;
mod page;
mod query;
mod records;
mod request_id;
mod webhooks;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use kiket_contract::jwks::JwkSet;
use kiket_contract::payload::LARGEST_PAYLOAD;
use kiket_contract::{api, route};

use crate::core::Shared;
use error::ApiError;

/// The largest body of a request to the platform.
const LARGEST_BODY: usize = 1024 * 1024;

/// The platform's API. Some SDKs leave the prefix out of what extensions call, which is the same call.
pub(crate) fn router(core: Shared) -> Router {
    Router::new().fallback_service(routes(core)).layer(middleware::map_request(with_prefix))
}

/// Every route of the platform.
fn routes(core: Shared) -> Router {
    Router::new()
        .merge(ext::router(&core))
        .merge(admin::router(&core))
        .route(
            api::webhook_url::WEBHOOK_PATH,
            post(webhooks::take_in).layer(DefaultBodyLimit::max(LARGEST_PAYLOAD)),
        )
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

/// Marks a request whose path came without the prefix.
#[derive(Clone)]
struct Unprefixed;

async fn with_prefix(mut request: Request) -> Request {
    let prefixed = request.uri().path_and_query().and_then(|it| route::with_prefix(it.as_str()));
    if let Some(uri) = prefixed.and_then(|path| path.parse().ok()) {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(Unprefixed);
    }
    request
}

async fn key_set(State(core): State<Shared>) -> Json<JwkSet> {
    Json(core.tokens.signing_keys().key_set(core.now()))
}
