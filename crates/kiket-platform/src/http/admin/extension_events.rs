//! `GET /api/v1/extension_events`.

use axum::Json;
use axum::extract::State;
use kiket_contract::api::Page;
use kiket_contract::api::extension_events::{ExtensionEvent, ListExtensionEvents};

use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;
use crate::store::activity::Found;

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListExtensionEvents>,
) -> Result<Json<Page<ExtensionEvent>>, ApiError> {
    let after = position(wanted.cursor.as_deref())?.unwrap_or_default();
    let found = core.store.activity(&wanted, after).await.map_err(Error::from)?;
    let found = page(found, wanted.limit, |shown| Found::end(shown, after));
    let data = found.data.into_iter().map(|found| found.entry).collect();
    Ok(Json(Page { data, next_cursor: found.next_cursor }))
}
