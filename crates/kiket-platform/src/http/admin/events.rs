//! `POST /api/v1/events`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kiket_contract::api::events::{AcceptedEvent, NewEvent};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::events;

pub(super) async fn accept(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<NewEvent>,
) -> Result<(StatusCode, Json<AcceptedEvent>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(events::accept(&core, new).await?)))
}
