//! `/api/v1/deliveries`: look and act.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kiket_contract::api::Page;
use kiket_contract::api::deliveries::recovery::{Recover, Recovered};
use kiket_contract::api::deliveries::replay::Replay;
use kiket_contract::api::deliveries::{Cancel, Delivery, ListDeliveries};
use kiket_contract::id::DeliveryId;

use super::super::body::{JsonBody, RawBody, parse};
use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::deliveries;
use crate::error::Error;

pub(super) async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListDeliveries>,
) -> Result<Json<Page<Delivery>>, ApiError> {
    let after = position(wanted.cursor.as_deref())?;
    let found = core.store.deliveries(&wanted, after, core.now()).await.map_err(Error::from)?;
    Ok(Json(page(found, wanted.limit, |shown| {
        shown.last().map(|last| (last.created_at.as_millisecond(), last.id))
    })))
}

pub(super) async fn show(
    State(core): State<Shared>,
    Path(text): Path<String>,
) -> Result<Json<Delivery>, ApiError> {
    Ok(Json(deliveries::show(&core, id(&text)?).await?))
}

pub(super) async fn redeliver(
    State(core): State<Shared>,
    Path(text): Path<String>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(deliveries::redeliver(&core, id(&text)?).await?)))
}

pub(super) async fn cancel(
    State(core): State<Shared>,
    Path(text): Path<String>,
    RawBody(body): RawBody,
) -> Result<Json<Delivery>, ApiError> {
    let cancel = if body.is_empty() { Cancel::default() } else { parse(&body)? };
    Ok(Json(deliveries::cancel(&core, id(&text)?, cancel).await?))
}

pub(super) async fn recover(
    State(core): State<Shared>,
    JsonBody(wanted): JsonBody<Recover>,
) -> Result<Json<Recovered>, ApiError> {
    Ok(Json(deliveries::recover(&core, wanted).await?))
}

pub(super) async fn replay(
    State(core): State<Shared>,
    JsonBody(wanted): JsonBody<Replay>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(deliveries::replay(&core, wanted).await?)))
}

fn id(text: &str) -> Result<DeliveryId, ApiError> {
    text.parse().map_err(|_| ApiError::NoDelivery(text.chars().take(64).collect()))
}
