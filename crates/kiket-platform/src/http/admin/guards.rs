//! `/api/v1/guards`: ask, list, look and resolve.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kiket_contract::api::Page;
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::guards::{Guard, ListGuards, Resolve};
use kiket_contract::id::EventId;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;
use crate::guards;

pub(super) async fn ask(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<NewEvent>,
) -> Result<(StatusCode, Json<Guard>), ApiError> {
    Ok((StatusCode::OK, Json(guards::ask(&core, new).await?)))
}

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListGuards>,
) -> Result<Json<Page<Guard>>, ApiError> {
    let before = position(wanted.cursor.as_deref())?;
    let most = wanted.limit.get() + 1;
    let found = core.store.guards(wanted.pending, wanted.project_id, before, most).await;
    let found = found.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
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
