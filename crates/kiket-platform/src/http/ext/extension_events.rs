//! `POST /api/v1/extensions/{extension_id}/events`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kiket_contract::api::Done;
use kiket_contract::api::extension_events::LogEvent;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::caller::{Caller, Subject};
use crate::core::Shared;
use crate::extension_events;

pub(super) async fn log(
    State(core): State<Shared>,
    caller: Caller,
    subject: Subject,
    JsonBody(entry): JsonBody<LogEvent>,
) -> Result<(StatusCode, Json<Done>), ApiError> {
    extension_events::log(&core, &caller, &subject, entry).await?;
    Ok((StatusCode::CREATED, Json(Done::OK)))
}
