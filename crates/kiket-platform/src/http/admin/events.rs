//! `POST /api/v1/events`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use kiket_contract::api::events::{AcceptedEvent, LONGEST_IDEMPOTENCY_KEY};
use kiket_contract::header::IDEMPOTENCY_KEY;
use sha2::{Digest, Sha256};

use super::super::body::{RawBody, parse};
use super::super::error::ApiError;
use crate::core::{Core, Shared};
use crate::events;
use crate::store::idempotency::Idempotency;

/// How long a key stands for its first request.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Whose keys they are: there is one operator's credential.
const SCOPE: &str = "operator";

pub(super) async fn accept(
    State(core): State<Shared>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<(StatusCode, Json<AcceptedEvent>), ApiError> {
    let idempotency = idempotency(&core, &headers, &body)?;
    let new = parse(&body)?;
    Ok((StatusCode::ACCEPTED, Json(events::accept(&core, new, idempotency).await?)))
}

/// The request's key, if it has one.
fn idempotency(
    core: &Core,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let usable = |key: &&str| !key.is_empty() && key.len() <= LONGEST_IDEMPOTENCY_KEY;
    let key = key.to_str().ok().filter(usable).ok_or(ApiError::IdempotencyKey)?;
    Ok(Some(Idempotency {
        scope: SCOPE.to_owned(),
        key: key.to_owned(),
        request_hash: Sha256::digest(body).into(),
        expires_at: core.now() + KEY_LIFETIME,
    }))
}
