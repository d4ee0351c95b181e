//! `POST /api/v1/extensions/{extension_id}/secrets/{key}`.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use kiket_contract::api::Done;
use kiket_contract::api::secrets::SetSecret;
use kiket_contract::scope;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::secrets;
use crate::tokens::Caller;

pub(super) async fn set(
    State(core): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((extension_id, key)): Path<(String, String)>,
    JsonBody(new): JsonBody<SetSecret>,
) -> Result<Json<Done>, ApiError> {
    caller.may(&extension_id, &[scope::SECRETS_WRITE])?;
    secrets::set(&core, caller.installation, &key, &new.value).await?;
    Ok(Json(Done::OK))
}
