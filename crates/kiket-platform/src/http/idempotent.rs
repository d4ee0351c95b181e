//! Requests that are done once, however often they come with the same `Idempotency-Key`.
//!
//! A route reads its key with [`key`], and lets its work be done by [`once`]. The work's store
//! function takes the key and writes the answer down by `store::answers::remember`, in the transaction
//! of what it does. A key is its credential's own, lives for 24 hours, and stands for one request: the
//! same one gets the first answer again, another one is refused. What failed is not remembered.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use kiket_contract::api::events::LONGEST_IDEMPOTENCY_KEY;
use kiket_contract::header::IDEMPOTENCY_KEY;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use crate::core::Core;
use crate::error::Error;
use crate::store::answers::{Answer, Earlier};
use crate::store::idempotency::Idempotency;

/// How long a key stands for its first request.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// The request's key, if it has one. `request` is all that makes it the same as another one.
pub(super) fn key(
    core: &Core,
    scope: String,
    headers: &HeaderMap,
    request: &[&[u8]],
) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let usable = |key: &&str| !key.is_empty() && key.len() <= LONGEST_IDEMPOTENCY_KEY;
    let key = key.to_str().ok().filter(usable).ok_or(ApiError::IdempotencyKey)?;
    let mut hash = Sha256::new();
    for part in request {
        // So that no two requests of several parts are alike.
        if request.len() > 1 {
            hash.update(part.len().to_be_bytes());
        }
        hash.update(part);
    }
    Ok(Some(Idempotency {
        scope,
        key: key.to_owned(),
        request_hash: hash.finalize().into(),
        expires_at: core.now() + KEY_LIFETIME,
    }))
}

/// The answer that the key's request got before, else that of the work. The work answers `None` when
/// the same request was faster.
pub(super) async fn once<W>(
    core: &Core,
    key: Option<&Idempotency>,
    work: W,
) -> Result<Response, ApiError>
where
    W: Future<Output = Result<Option<Response>, ApiError>>,
{
    if let Some(key) = key
        && let Some(earlier) = earlier(core, key).await?
    {
        return Ok(earlier);
    }
    if let Some(response) = work.await? {
        return Ok(response);
    }
    match key {
        Some(key) => Ok(earlier(core, key).await?.ok_or(Error::Busy)?),
        None => Err(Error::Busy.into()),
    }
}

async fn earlier(core: &Core, key: &Idempotency) -> Result<Option<Response>, ApiError> {
    let found = core.store.answer(key, core.now()).await.map_err(Error::from)?;
    match found {
        None => Ok(None),
        Some(Earlier::KeyReused) => Err(Error::KeyReused.into()),
        Some(Earlier::Answer(Answer { status, body })) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let json = HeaderValue::from_static("application/json");
            Ok(Some((status, [(CONTENT_TYPE, json)], Body::from(body)).into_response()))
        }
    }
}
