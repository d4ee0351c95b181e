//! What extensions call back into, each call with the runtime token of a delivery.
//!
//! A call that carries a good token is recorded with its delivery, whatever came of it.

mod extension_events;
mod secrets;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kiket_contract::api::deliveries::Callback;
use kiket_contract::{api, header, scope};
use tracing::error;

use super::error::ApiError;
use crate::core::Shared;
use crate::happening::Happening;
use crate::tokens::Caller;

pub(super) fn router(core: &Shared) -> Router<Shared> {
    Router::new()
        .route(api::extension_events::LOG_PATH, post(extension_events::log))
        .route(api::secrets::PATH, post(secrets::set))
        .route_layer(middleware::from_fn_with_state(core.clone(), authorize))
}

/// Checks the token, hands the caller on, and records the call with its delivery.
async fn authorize(State(core): State<Shared>, mut request: Request, next: Next) -> Response {
    let Some(token) = request.headers().get(header::RUNTIME_TOKEN) else {
        return ApiError::NoToken.into_response();
    };
    let token = token.to_str().unwrap_or_default().to_owned();
    let caller = match core.tokens.authorize(&core.store, &token, core.now()).await {
        Ok(caller) => caller,
        Err(reason) => return ApiError::Token(reason).into_response(),
    };
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let delivery = caller.delivery;
    request.extensions_mut().insert(caller);
    let response = next.run(request).await;
    let callback =
        Callback { method, path, status_code: response.status().as_u16(), at: core.now() };
    if let Err(failure) = core.store.record_callback(delivery, &callback).await {
        error!(error = %failure, %delivery, "a callback could not be recorded");
    }
    core.metrics.called_back(callback.status_code);
    core.tell(Happening::CalledBack { delivery_id: delivery, callback });
    response
}

impl Caller {
    /// Refuses a caller of another extension, or one whose token does not grant what is required.
    fn may(&self, extension_id: &str, required: &[&str]) -> Result<(), ApiError> {
        if self.extension_id != extension_id {
            return Err(ApiError::OtherExtension { token: self.extension_id.clone() });
        }
        let missing = scope::missing(&self.scopes, required);
        if missing.is_empty() {
            return Ok(());
        }
        let owned = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Err(ApiError::MissingScopes { required: owned(required), missing: owned(&missing) })
    }
}
