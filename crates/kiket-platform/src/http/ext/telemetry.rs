//! `POST /api/v1/ext/telemetry`.

use axum::extract::State;
use axum::{Extension, Json};
use kiket_contract::api::Done;
use kiket_contract::api::telemetry::reported::ReportedRecord;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::caller::Caller;
use crate::core::Shared;
use crate::telemetry;

/// Most SDKs send it without a credential.
pub(super) async fn take(
    State(core): State<Shared>,
    caller: Option<Extension<Caller>>,
    JsonBody(record): JsonBody<ReportedRecord>,
) -> Result<Json<Done>, ApiError> {
    match caller {
        Some(Extension(caller)) => telemetry::take(&core, &caller, record).await?,
        None => telemetry::take_from_anyone(&core, record).await?,
    }
    Ok(Json(Done::OK))
}
