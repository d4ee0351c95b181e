//! `GET /api/v1/deliveries/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use kiket_contract::api::deliveries::Delivery;
use kiket_contract::id::DeliveryId;

use super::super::error::ApiError;
use crate::core::Shared;
use crate::error::Error;

pub(super) async fn show(
    State(core): State<Shared>,
    Path(text): Path<String>,
) -> Result<Json<Delivery>, ApiError> {
    let found = match text.parse::<DeliveryId>() {
        Ok(id) => core.store.delivery(id, core.now()).await.map_err(Error::from)?,
        Err(_) => None,
    };
    found.map(Json).ok_or_else(|| ApiError::NoDelivery(text.chars().take(64).collect()))
}
