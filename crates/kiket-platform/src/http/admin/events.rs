//! `POST /api/v1/events`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kiket_contract::api::events::AcceptedEvent;

use super::super::body::{RawBody, parse};
use super::super::error::ApiError;
use super::super::idempotent::key;
use super::OPERATOR;
use crate::core::Shared;
use crate::events;

pub(super) async fn accept(
    State(core): State<Shared>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<(StatusCode, Json<AcceptedEvent>), ApiError> {
    let idempotency = key(&core, OPERATOR.to_owned(), &headers, &[&body])?;
    let new = parse(&body)?;
    Ok((StatusCode::ACCEPTED, Json(events::accept(&core, new, idempotency).await?)))
}
