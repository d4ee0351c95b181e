//! Every exchange has an id: in its span, in its answer, and in the body when it failed.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use kiket_contract::api::webhook_url::WEBHOOKS;
use kiket_contract::header::REQUEST_ID;
use kiket_contract::response::ErrorBody;
use tracing::{Instrument, info_span};
use uuid::Uuid;

use super::error::invalid_path;

/// Names the exchange and writes the body of a failed one.
pub(super) async fn name(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let span =
        info_span!("request", %id, method = %request.method(), path = shown(request.uri().path()));
    let mut response = next.run(request).instrument(span).await;
    let body = response.extensions_mut().remove::<ErrorBody>();
    if let Some(mut body) = body.or_else(|| of_a_path(&response)) {
        body.request_id = Some(id.clone());
        let json = serde_json::to_vec(&body).unwrap_or_default();
        *response.body_mut() = Body::from(json);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A path as it may be logged: without the token that opens an extension's own address.
fn shown(path: &str) -> &str {
    if path.starts_with(WEBHOOKS) { WEBHOOKS } else { path }
}

/// The body for a path that the router could not read. It answers that itself, as the only failure
/// that has a body of another form.
fn of_a_path(response: &Response) -> Option<ErrorBody> {
    let is_plain = |value: &HeaderValue| value.as_bytes().starts_with(b"text/plain");
    let plain = response.headers().get(header::CONTENT_TYPE).is_some_and(is_plain);
    (plain && response.status() == StatusCode::BAD_REQUEST).then(invalid_path)
}
