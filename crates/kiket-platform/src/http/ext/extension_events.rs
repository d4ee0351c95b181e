//! What extensions tell of their own: `POST /api/v1/extensions/{extension_id}/events`,
//! `/api/v1/extensions/logs`, `/api/v1/extensions/metrics`, `/api/v1/extensions/notifications` and
//! `/api/v1/ext/analytics/events`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kiket_contract::api::Done;
use kiket_contract::api::analytics_events::AnalyticsEvent;
use kiket_contract::api::extension_events::{Kind, LogEvent, LogMessage};
use kiket_contract::api::extension_metrics::Metric;
use kiket_contract::api::notifications::Notification;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::idempotent::once;
use super::keyed::Keyed;
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::{extension_events, notifications};

pub(super) async fn log(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(said): JsonBody<LogEvent>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    told(&core, &keyed, extension_events::log(&core, &teller, Kind::Log, said)).await
}

pub(super) async fn log_message(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(said): JsonBody<LogMessage>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    told(&core, &keyed, extension_events::log_message(&core, &teller, said)).await
}

pub(super) async fn report(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(said): JsonBody<AnalyticsEvent>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    told(&core, &keyed, extension_events::log(&core, &teller, Kind::Analytics, said)).await
}

pub(super) async fn measure(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(said): JsonBody<Metric>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    told(&core, &keyed, extension_events::measure(&core, &teller, said)).await
}

pub(super) async fn notify(
    State(core): State<Shared>,
    keyed: Keyed,
    JsonBody(said): JsonBody<Notification>,
) -> Result<Response, ApiError> {
    let teller = keyed.teller();
    told(&core, &keyed, notifications::notify(&core, &teller, said)).await
}

/// The answer when it is kept, now or before.
async fn told(
    core: &Core,
    keyed: &Keyed,
    work: impl Future<Output = Result<bool, Error>>,
) -> Result<Response, ApiError> {
    let work = async {
        let kept = work.await?;
        Ok(kept.then(|| (StatusCode::CREATED, Json(Done::OK)).into_response()))
    };
    once(core, keyed.key.as_ref(), work).await
}
