//! `/api/v1/ext/issues`. This platform keeps no issues, so every list is empty and nothing is found.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::Page;
use kiket_contract::api::issues::{
    Issue, IssueComment, ListIssues, NewComment, TransitionIssue, WriteIssue,
};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::query::Parameters;
use super::{Project, named};
use crate::caller::Caller;
use crate::core::Shared;

/// No such issue.
fn nothing(id: String) -> ApiError {
    ApiError::Nothing { what: "issue", id }
}

pub(super) async fn list(_: Project, Parameters(_): Parameters<ListIssues>) -> Json<Page<Issue>> {
    Json(Page { data: Vec::new(), next_cursor: None })
}

pub(super) async fn create(
    State(core): State<Shared>,
    caller: Caller,
    JsonBody(new): JsonBody<WriteIssue>,
) -> Result<Json<Issue>, ApiError> {
    caller.project(&core, named(new.issue.project_id.as_ref())?).await?;
    Err(ApiError::NothingOfTheKind("issues"))
}

pub(super) async fn show(_: Caller, Path(issue): Path<String>) -> Result<Json<Issue>, ApiError> {
    Err(nothing(issue))
}

pub(super) async fn update(
    State(core): State<Shared>,
    caller: Caller,
    Path(issue): Path<String>,
    JsonBody(change): JsonBody<WriteIssue>,
) -> Result<Json<Issue>, ApiError> {
    if let Some(project) = named(change.issue.project_id.as_ref())? {
        caller.reaches(&core, project).await?;
    }
    Err(nothing(issue))
}

pub(super) async fn transition(
    _: Caller,
    Path(issue): Path<String>,
    JsonBody(_): JsonBody<TransitionIssue>,
) -> Result<Json<Issue>, ApiError> {
    Err(nothing(issue))
}

pub(super) async fn comments(
    _: Caller,
    Path(issue): Path<String>,
    Parameters(_): Parameters<ListIssues>,
) -> Result<Json<Page<IssueComment>>, ApiError> {
    Err(nothing(issue))
}

pub(super) async fn comment(
    _: Caller,
    Path(issue): Path<String>,
    JsonBody(_): JsonBody<NewComment>,
) -> Result<Json<IssueComment>, ApiError> {
    Err(nothing(issue))
}
