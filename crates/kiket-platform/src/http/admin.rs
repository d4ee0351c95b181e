//! What operators call, each call with the admin token.

mod actions;
mod custom_data;
mod deliveries;
mod events;
mod extension_events;
mod guards;
mod inbound_emails;
mod installations;
mod metrics;
mod notifications;
mod projects;
mod secrets;
mod signing_keys;
mod stream;
mod telemetry;
mod workspace_tokens;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use kiket_contract::header::IDEMPOTENCY_KEY;
use kiket_contract::secret::Secret;
use kiket_contract::{api, route};
use tracing::Instrument;

use super::error::ApiError;
use crate::core::Shared;
use crate::error::Error;

/// Whose idempotency keys they are: there is one operator's credential.
const OPERATOR: &str = "operator";

pub(super) fn router(core: &Shared) -> Router<Shared> {
    Router::new()
        .merge(installations::router())
        .merge(secrets::router())
        .merge(projects::router())
        .route(api::deliveries::PATH, get(deliveries::list))
        .route(&format!("{}/{{id}}", api::deliveries::PATH), get(deliveries::show))
        .route(api::guards::PATH, post(guards::ask).get(guards::list))
        .route(&format!("{}/{{id}}", api::guards::PATH), get(guards::show))
        .route(&format!("{}/{{id}}/resolve", api::guards::PATH), post(guards::resolve))
        .route(api::actions::PATH, post(actions::call))
        .route(&format!("{}/{{id}}/redeliver", api::deliveries::PATH), post(deliveries::redeliver))
        .route(&format!("{}/{{id}}/cancel", api::deliveries::PATH), post(deliveries::cancel))
        .route(api::deliveries::recovery::PATH, post(deliveries::recover))
        .route(api::deliveries::replay::PATH, post(deliveries::replay))
        .route(api::deliveries::stream::PATH, get(stream::watch))
        .route(api::extension_events::PATH, get(extension_events::list))
        .route(api::notifications::OUTBOX, get(notifications::list))
        .route(api::inbound_emails::RECEIVED, get(inbound_emails::list))
        .route(&format!("{}/{{id}}", api::inbound_emails::RECEIVED), get(inbound_emails::show))
        .route(api::telemetry::REPORT, get(telemetry::show))
        .route(api::telemetry::RECORDS, get(telemetry::records))
        .route(api::signing_keys::PATH, get(signing_keys::list))
        .route(api::signing_keys::ROTATE, post(signing_keys::rotate))
        .route(
            api::workspace_tokens::PATH,
            get(workspace_tokens::list).post(workspace_tokens::create),
        )
        .route(&format!("{}/{{id}}", api::workspace_tokens::PATH), delete(workspace_tokens::remove))
        .route(route::METRICS, get(metrics::show))
        .route_layer(middleware::from_fn(without_idempotency_key))
        .route(api::events::PATH, post(events::accept))
        .merge(custom_data::router())
        .route_layer(middleware::from_fn_with_state(core.clone(), authorize))
}

async fn authorize(State(core): State<Shared>, request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Secret::from(token));
    if token.as_ref() == Some(&core.admin_token) {
        // On a task of its own: what has begun is ended when the one who asked has gone away.
        let answered = tokio::spawn(next.run(request).in_current_span()).await;
        answered.unwrap_or_else(|_| ApiError::Domain(Error::Panicked).into_response())
    } else {
        ApiError::NotTheOperator.into_response()
    }
}

/// Refuses a key that would be heeded by nobody: the same request twice would be done twice.
async fn without_idempotency_key(request: Request, next: Next) -> Response {
    if !request.method().is_safe() && request.headers().contains_key(IDEMPOTENCY_KEY) {
        return ApiError::NoIdempotency.into_response();
    }
    next.run(request).await
}
