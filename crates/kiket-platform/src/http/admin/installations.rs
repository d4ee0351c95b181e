//! `POST /api/v1/installations`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kiket_contract::api::installations::{Installed, NewInstallation};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::installations;

pub(super) async fn install(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<NewInstallation>,
) -> Result<(StatusCode, Json<Installed>), ApiError> {
    Ok((StatusCode::CREATED, Json(installations::install(&core, new).await?)))
}
