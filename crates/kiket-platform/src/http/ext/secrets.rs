//! `POST /api/v1/extensions/{extension_id}/secrets/{key}`.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::Done;
use kiket_contract::api::secrets::SetSecret;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::caller::Subject;
use crate::core::Shared;
use crate::secrets;

pub(super) async fn set(
    State(core): State<Shared>,
    subject: Subject,
    Path((_, key)): Path<(String, String)>,
    JsonBody(new): JsonBody<SetSecret>,
) -> Result<Json<Done>, ApiError> {
    secrets::set(&core, subject.installation, &key, &new.value).await?;
    Ok(Json(Done::OK))
}
