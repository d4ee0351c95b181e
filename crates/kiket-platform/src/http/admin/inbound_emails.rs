//! `GET /api/v1/inbound_emails`, and one of them.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::Page;
use kiket_contract::api::inbound_emails::{ListInboundEmails, ReceivedEmail};

use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListInboundEmails>,
) -> Result<Json<Page<ReceivedEmail>>, ApiError> {
    let before: Option<i64> = position(wanted.cursor.as_deref())?;
    let found = core.store.inbound_emails(&wanted, before).await.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
}

pub(super) async fn show(
    State(core): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<ReceivedEmail>, ApiError> {
    let found = match id.parse() {
        Ok(number) => core.store.inbound_email(number).await.map_err(Error::from)?,
        Err(_) => None,
    };
    found.map(Json).ok_or(ApiError::Nothing { what: "e-mail", id })
}
