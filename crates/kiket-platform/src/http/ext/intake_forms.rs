//! `/api/v1/ext/intake_forms`. This platform keeps no forms, so the list is empty and nothing is
//! found.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::Page;
use kiket_contract::api::intake_forms::submissions::{
    IntakeSubmission, ListSubmissions, NewSubmission, Review,
};
use kiket_contract::api::intake_forms::{FormStatsQuery, IntakeForm, IntakeStats, ListForms};
use kiket_contract::api::spelling::Both;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::query::Parameters;
use super::{Project, named};
use crate::caller::Caller;
use crate::core::Shared;

/// No such form.
fn nothing(id: String) -> ApiError {
    ApiError::Nothing { what: "intake form", id }
}

pub(super) async fn list(
    _: Project,
    Parameters(_): Parameters<ListForms>,
) -> Json<Page<Both<IntakeForm>>> {
    Json(Page { data: Vec::new(), next_cursor: None })
}

pub(super) async fn show(
    _: Project,
    Path(form): Path<String>,
) -> Result<Json<Both<IntakeForm>>, ApiError> {
    Err(nothing(form))
}

pub(super) async fn stats(
    _: Project,
    Path(form): Path<String>,
    Parameters(_): Parameters<FormStatsQuery>,
) -> Result<Json<Both<IntakeStats>>, ApiError> {
    Err(nothing(form))
}

pub(super) async fn submissions(
    _: Project,
    Path(form): Path<String>,
    Parameters(_): Parameters<ListSubmissions>,
) -> Result<Json<Page<Both<IntakeSubmission>>>, ApiError> {
    Err(nothing(form))
}

pub(super) async fn submission(
    _: Project,
    Path((form, _)): Path<(String, String)>,
) -> Result<Json<Both<IntakeSubmission>>, ApiError> {
    Err(nothing(form))
}

pub(super) async fn submit(
    State(core): State<Shared>,
    caller: Caller,
    Path(form): Path<String>,
    JsonBody(new): JsonBody<NewSubmission>,
) -> Result<Json<Both<IntakeSubmission>>, ApiError> {
    caller.project(&core, named(Some(&new.project_id))?).await?;
    Err(nothing(form))
}

/// Approves or rejects.
pub(super) async fn review(
    State(core): State<Shared>,
    caller: Caller,
    Path((form, _)): Path<(String, String)>,
    JsonBody(review): JsonBody<Review>,
) -> Result<Json<Both<IntakeSubmission>>, ApiError> {
    caller.project(&core, named(Some(&review.project_id))?).await?;
    Err(nothing(form))
}
