//! `GET /api/v1/signing_keys` and `POST /api/v1/signing_keys/rotate`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kiket_contract::api::signing_keys::SigningKeys;

use super::super::error::ApiError;
use crate::core::Shared;
use crate::signing_keys;

pub(super) async fn list(State(core): State<Shared>) -> Json<SigningKeys> {
    Json(SigningKeys { data: core.tokens.signing_keys().list(core.now()), next_cursor: None })
}

pub(super) async fn rotate(
    State(core): State<Shared>,
) -> Result<(StatusCode, Json<SigningKeys>), ApiError> {
    let data = signing_keys::rotate(&core).await?;
    Ok((StatusCode::CREATED, Json(SigningKeys { data, next_cursor: None })))
}
