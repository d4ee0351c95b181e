//! `GET /metrics`.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::super::error::ApiError;
use crate::core::Shared;
use crate::metrics;

pub(super) async fn show(State(core): State<Shared>) -> Result<impl IntoResponse, ApiError> {
    Ok(([(CONTENT_TYPE, metrics::MEDIA_TYPE)], metrics::render(&core).await?))
}
