//! `/api/v1/projects/{id}`.

use axum::extract::{Path, State};
use axum::routing::{get, put};
use axum::{Json, Router};
use kiket_contract::api::projects::{KEY, ONE, Project, SetProjectKey};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::core::Shared;
use crate::projects;

pub(super) fn router() -> Router<Shared> {
    Router::new().route(ONE, get(show)).route(KEY, put(set_key))
}

async fn show(
    State(core): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Project>, ApiError> {
    Ok(Json(projects::show(&core, &id).await?))
}

async fn set_key(
    State(core): State<Shared>,
    Path(id): Path<String>,
    JsonBody(SetProjectKey { key }): JsonBody<SetProjectKey>,
) -> Result<Json<Project>, ApiError> {
    Ok(Json(projects::set_key(&core, &id, key).await?))
}
