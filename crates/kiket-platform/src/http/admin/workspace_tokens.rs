//! `/api/v1/workspace_api_tokens`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kiket_contract::api::workspace_tokens::{
    CreateWorkspaceToken, CreatedWorkspaceToken, ListWorkspaceTokens, WorkspaceToken,
};
use kiket_contract::api::{Done, Page};
use kiket_contract::id::WorkspaceTokenId;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;
use crate::workspace_tokens;

pub(super) async fn create(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<CreateWorkspaceToken>,
) -> Result<(StatusCode, Json<CreatedWorkspaceToken>), ApiError> {
    let created = workspace_tokens::create(&core, new.workspace_api_token).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListWorkspaceTokens>,
) -> Result<Json<Page<WorkspaceToken>>, ApiError> {
    let after = position(wanted.cursor.as_deref())?;
    let found = core.store.workspace_tokens(&wanted, after).await.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
}

pub(super) async fn remove(
    State(core): State<Shared>,
    Path(text): Path<String>,
) -> Result<Json<Done>, ApiError> {
    workspace_tokens::remove(&core, number(&text)?).await?;
    Ok(Json(Done::OK))
}

/// The number in the path; what is no number is no token's.
fn number(text: &str) -> Result<WorkspaceTokenId, Error> {
    let number = text.parse().ok().and_then(|number: i64| number.try_into().ok());
    let token = text.chars().take(64).collect();
    number.ok_or(Error::NoWorkspaceToken { token })
}
