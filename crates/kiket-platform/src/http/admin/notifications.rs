//! `GET /api/v1/notifications`.

use axum::Json;
use axum::extract::State;
use kiket_contract::api::Page;
use kiket_contract::api::notifications::{ListNotifications, SentNotification};

use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListNotifications>,
) -> Result<Json<Page<SentNotification>>, ApiError> {
    let before: Option<i64> = position(wanted.cursor.as_deref())?;
    let found = core.store.notifications(&wanted, before).await.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
}
