//! Every exchange has an id: in its span, in its answer, and in the body when it failed.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use kiket_contract::header::REQUEST_ID;
use kiket_contract::response::ErrorBody;
use tracing::{Instrument, info_span};
use uuid::Uuid;

/// Names the exchange and writes the body of a failed one.
pub(super) async fn name(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let span = info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let mut response = next.run(request).instrument(span).await;
    if let Some(mut body) = response.extensions_mut().remove::<ErrorBody>() {
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
