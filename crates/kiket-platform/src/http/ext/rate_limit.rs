//! `GET /api/v1/ext/rate_limit`, and the headers that every answer to a counted call has.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::{Extension, Json};
use kiket_contract::api::rate_limit::RateLimitAnswer;
use kiket_contract::api::spelling::Both;
use kiket_contract::header;

use crate::rate_limit::Standing;

/// This call is counted too.
pub(super) async fn show(Extension(standing): Extension<Standing>) -> Json<Both<RateLimitAnswer>> {
    Json(Both(RateLimitAnswer { rate_limit: Both(standing.into()) }))
}

/// Says how the caller stands.
pub(super) fn say(standing: &Standing, headers: &mut HeaderMap) {
    let Standing { limit, remaining, reset_at, .. } = *standing;
    for (name, value) in [
        (header::RATE_LIMIT, HeaderValue::from(limit)),
        (header::RATE_LIMIT_REMAINING, HeaderValue::from(remaining)),
        (header::RATE_LIMIT_RESET, HeaderValue::from(reset_at)),
    ] {
        headers.insert(HeaderName::from_static(name), value);
    }
}
