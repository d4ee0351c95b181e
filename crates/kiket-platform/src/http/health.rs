//! Whether the process lives, and whether it can do its work. Both are open.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kiket_contract::api::Done;
use kiket_contract::health::Readiness;

use crate::core::Shared;
use crate::health;

pub(super) async fn alive() -> Json<Done> {
    Json(Done::OK)
}

pub(super) async fn ready(State(core): State<Shared>) -> (StatusCode, Json<Readiness>) {
    match health::readiness(&core).await {
        Ok(ready) => (StatusCode::OK, Json(ready)),
        Err(not_ready) => (StatusCode::SERVICE_UNAVAILABLE, Json(not_ready)),
    }
}
