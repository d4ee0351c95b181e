//! `GET /api/v1/marketplace/telemetry`, and the records behind it.

use axum::Json;
use axum::extract::State;
use kiket_contract::api::Page;
use kiket_contract::api::telemetry::report::{
    KeptRecord, ListRecords, ReadReport, TelemetryReport,
};

use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;
use crate::telemetry::report;

pub(super) async fn show(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ReadReport>,
) -> Result<Json<TelemetryReport>, ApiError> {
    Ok(Json(report::report(&core, &wanted).await?))
}

pub(super) async fn records(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListRecords>,
) -> Result<Json<Page<KeptRecord>>, ApiError> {
    let before: Option<i64> = position(wanted.cursor.as_deref())?;
    let found = core.store.records(&wanted, before).await.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
}
