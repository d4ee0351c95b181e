//! `GET /api/v1/ext/webhook_url`.

use axum::Json;
use axum::extract::State;
use kiket_contract::api::webhook_url::{FindWebhookUrl, WebhookUrl};

use super::super::error::ApiError;
use super::super::query::Parameters;
use crate::caller::Subject;
use crate::core::Shared;
use crate::webhooks;

pub(super) async fn show(
    State(core): State<Shared>,
    subject: Subject,
    Parameters(wanted): Parameters<FindWebhookUrl>,
) -> Result<Json<WebhookUrl>, ApiError> {
    Ok(Json(webhooks::url(&core, subject.installation, &wanted.action_name).await?))
}
