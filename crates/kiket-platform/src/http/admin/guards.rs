//! `/api/v1/guards`: ask, list, look and resolve.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::guards::{Guard, Resolve};
use kiket_contract::id::EventId;
use serde::{Deserialize, Serialize};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::error::Error;
use crate::guards;

const MOST: usize = 100;

/// Which guards to list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only those whose decision waits for somebody.
    #[serde(default)]
    pending: bool,
    /// Those after the one where the last page ended.
    cursor: Option<EventId>,
}

/// A page of guards, newest first.
#[derive(Serialize)]
pub(super) struct Page {
    data: Vec<Guard>,
    next_cursor: Option<EventId>,
}

pub(super) async fn ask(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<NewEvent>,
) -> Result<(StatusCode, Json<Guard>), ApiError> {
    Ok((StatusCode::OK, Json(guards::ask(&core, new).await?)))
}

pub(super) async fn list(
    State(core): State<Shared>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page>, ApiError> {
    let found = core.store.guards(wanted.pending, wanted.cursor, MOST).await;
    let data = found.map_err(Error::from)?;
    let next_cursor = if data.len() == MOST { data.last().map(|guard| guard.id) } else { None };
    Ok(Json(Page { data, next_cursor }))
}

pub(super) async fn show(
    State(core): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Guard>, ApiError> {
    let id = parse(&id)?;
    let found = core.store.guard(id).await.map_err(Error::from)?;
    Ok(Json(found.ok_or(Error::UnknownGuard { guard: id })?))
}

pub(super) async fn resolve(
    State(core): State<Shared>,
    Path(id): Path<String>,
    JsonBody(end): JsonBody<Resolve>,
) -> Result<Json<Guard>, ApiError> {
    Ok(Json(guards::resolve(&core, parse(&id)?, &end).await?))
}

fn parse(id: &str) -> Result<EventId, ApiError> {
    id.parse().map_err(|_| ApiError::NoGuard(id.chars().take(64).collect()))
}
