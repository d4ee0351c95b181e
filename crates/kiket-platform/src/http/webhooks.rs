//! `POST /webhooks/ext/{webhook_token}/{action}`: what third parties send. The token in the path is
//! the only proof; whether the third party is who it says it is, the extension checks.

use axum::Json;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::header::{CONNECTION, CONTENT_TYPE, COOKIE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kiket_contract::api::Done;
use kiket_contract::event::external::ForwardedRequest;
use url::form_urlencoded;

use super::body::RawBody;
use super::error::ApiError;
use crate::core::{Core, Shared};
use crate::rate_limit::Counted;
use crate::webhooks;

/// Headers that are about the connection to this platform, or about who was logged in there.
const LEFT_OUT: [HeaderName; 4] = [CONNECTION, COOKIE, HOST, TRANSFER_ENCODING];

pub(super) async fn take_in(
    State(core): State<Shared>,
    Path((token, action)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let addressee = webhooks::holder(&core, &token).await?;
    let counted = Counted::Webhook(addressee.installation);
    let standing = core.rate_limits.count(counted, None, core.now());
    if !standing.is_allowed {
        return Err(ApiError::TooManyCalls { wait: standing.reset_in });
    }
    let (method, uri, headers) =
        (request.method().clone(), request.uri().clone(), request.headers().clone());
    // Anyone can call here, so the body is read for those who know a token.
    let RawBody(body) = RawBody::from_request(request, &core).await?;
    let body = std::str::from_utf8(&body).map_err(|_| ApiError::BodyNoText)?;
    let request = forwarded(&core, (&method, &uri, &headers), body);
    webhooks::take_in(&core, &addressee, &action, request).await?;
    Ok((StatusCode::ACCEPTED, Json(Done::OK)).into_response())
}

fn forwarded(
    core: &Core,
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: &str,
) -> ForwardedRequest {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let query = uri.query().unwrap_or_default().as_bytes();
    let mut request = ForwardedRequest::new(body);
    request.method = Some(method.to_string());
    request.content_type = headers.get(CONTENT_TYPE).map(text);
    let kept = headers.iter().filter(|(name, _)| !LEFT_OUT.contains(name));
    request.headers = kept.map(|(name, value)| (name.to_string(), text(value))).collect();
    request.query_params = form_urlencoded::parse(query)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    request.original_url = Some(format!("{}{uri}", core.url));
    request
}
