//! `GET /api/v1/extensions/{extension_id}`.

use axum::Json;
use axum::extract::State;
use kiket_contract::api::extensions::ExtensionMetadata;

use super::super::error::ApiError;
use crate::caller::Subject;
use crate::core::Shared;
use crate::extensions;

pub(super) async fn show(
    State(core): State<Shared>,
    subject: Subject,
) -> Result<Json<ExtensionMetadata>, ApiError> {
    Ok(Json(extensions::metadata(&core, &subject).await?))
}
