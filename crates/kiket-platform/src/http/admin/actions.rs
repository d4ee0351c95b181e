//! `POST /api/v1/extensions/{extension_id}/actions/{action_key}`.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::actions::{ActionCalled, CallAction};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::actions;
use crate::core::Shared;

pub(super) async fn call(
    State(core): State<Shared>,
    Path((extension_id, action_key)): Path<(String, String)>,
    JsonBody(new): JsonBody<CallAction>,
) -> Result<Json<ActionCalled>, ApiError> {
    Ok(Json(actions::call(&core, &extension_id, &action_key, new).await?))
}
