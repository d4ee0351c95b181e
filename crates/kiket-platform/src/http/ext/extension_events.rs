//! `POST /api/v1/extensions/{extension_id}/events`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use kiket_contract::api::Done;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::scope;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::extension_events;
use crate::tokens::Caller;

pub(super) async fn log(
    State(core): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(extension_id): Path<String>,
    JsonBody(entry): JsonBody<LogEvent>,
) -> Result<(StatusCode, Json<Done>), ApiError> {
    caller.may(&extension_id, &[scope::API_WRITE])?;
    extension_events::log(&core, &caller, entry).await?;
    Ok((StatusCode::CREATED, Json(Done::OK)))
}
