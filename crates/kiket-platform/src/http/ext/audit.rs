//! `/api/v1/audit`. This platform anchors nothing: no record has a proof, and no proof an anchor.

use axum::Json;
use axum::extract::Path;
use kiket_contract::api::audit::hash::leads_to_root;
use kiket_contract::api::audit::{
    Anchor, Anchors, FindAnchor, FindProof, ListAnchors, Proof, Verification, VerifyProof,
};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::query::Parameters;
use crate::caller::Caller;

const DEFAULT_PAGE: u32 = 25;
const LARGEST_PAGE: u32 = 100;

pub(super) async fn anchors(
    _: Caller,
    Parameters(wanted): Parameters<ListAnchors>,
) -> Json<Anchors> {
    let per_page = wanted.per_page.unwrap_or(DEFAULT_PAGE).clamp(1, LARGEST_PAGE);
    Json(Anchors::none(wanted.page.unwrap_or(1).max(1), per_page))
}

pub(super) async fn anchor(
    _: Caller,
    Path(merkle_root): Path<String>,
    Parameters(_): Parameters<FindAnchor>,
) -> Result<Json<Anchor>, ApiError> {
    Err(ApiError::Nothing { what: "anchor", id: merkle_root })
}

pub(super) async fn proof(
    _: Caller,
    Path(record): Path<String>,
    Parameters(_): Parameters<FindProof>,
) -> Result<Json<Proof>, ApiError> {
    Err(ApiError::Nothing { what: "audit record", id: record })
}

/// Checks the hashes, behind which no anchor stands.
pub(super) async fn verify(
    _: Caller,
    JsonBody(proof): JsonBody<VerifyProof>,
) -> Json<Verification> {
    Json(Verification::without_anchor(&proof, leads_to_root(&proof).is_ok()))
}
