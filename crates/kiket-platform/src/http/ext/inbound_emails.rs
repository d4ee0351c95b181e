//! `POST /api/v1/ext/inbound_emails`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kiket_contract::api::inbound_emails::NewInboundEmail;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::idempotent::once;
use super::keyed::Keyed;
use crate::core::Shared;
use crate::inbound_emails;

pub(super) async fn take(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(new): JsonBody<NewInboundEmail>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    let work = async {
        let accepted = inbound_emails::take(&core, &teller, &new.inbound_email).await?;
        Ok(accepted.map(|accepted| (StatusCode::CREATED, Json(accepted)).into_response()))
    };
    once(&core, keyed.key.as_ref(), work).await
}
