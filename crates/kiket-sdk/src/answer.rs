//! Renders answers: what a handler returned, how it failed, why it was not called.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use kiket_contract::response::{ErrorBody, OK};
use serde::Serialize;

use crate::HandlerError;
use crate::handler_error::Kind;
use crate::idempotency::Kept;
use crate::key_set::COOL_DOWN;
use crate::refusal::Refusal;
use crate::scopes::MissingScopes;

/// An answer, whole.
pub(crate) type Response = hyper::Response<Bytes>;

/// The body of a handler's answer. What is written as `null` becomes `{"ok":true}`.
pub(crate) fn render(answer: &impl Serialize) -> Result<Bytes, serde_json::Error> {
    let bytes = serde_json::to_vec(answer)?;
    Ok(if bytes == b"null" { Bytes::from_static(OK.as_bytes()) } else { bytes.into() })
}

/// What the user is told. A blank text says nothing, so the default takes its place.
pub(crate) fn worded(message: String, default: Option<&str>) -> Option<String> {
    if message.trim().is_empty() { default.map(str::to_owned) } else { Some(message) }
}

pub(crate) fn success(body: Bytes) -> Response {
    with_status(200, body)
}

/// The answer of a first run, to a repeated delivery.
pub(crate) fn repeated(kept: Kept) -> Response {
    with_status(kept.status, kept.body)
}

/// A refusal before the handler.
pub(crate) fn refused(refusal: &Refusal) -> Response {
    if let Refusal::Scopes(scopes) = refusal {
        return missing_scopes(refusal, scopes);
    }
    let answer = json(refusal.status(), &refusal.body());
    match refusal {
        Refusal::WrongMethod { allow } => with(answer, ALLOW, HeaderValue::from_static(allow)),
        Refusal::SlowBody | Refusal::BrokenBody | Refusal::Busy => {
            with(try_soon(answer), CONNECTION, HeaderValue::from_static("close"))
        }
        Refusal::StillRunning => try_soon(answer),
        Refusal::KeysUnavailable => with(answer, RETRY_AFTER, COOL_DOWN.into()),
        #[cfg(feature = "redis")]
        Refusal::MemoryUnreachable(_) => try_soon(answer),
        _ => answer,
    }
}

/// A handler's failure.
pub(crate) fn failed(error: &HandlerError) -> Response {
    let (code, text) = match error.kind() {
        Kind::MissingScopes(scopes) => return refused(&Refusal::Scopes(scopes.clone())),
        Kind::Permanent { message, .. } => ("handler_refused", message.as_ref()),
        Kind::Retryable { message, .. } => ("try_again", message.as_ref()),
        Kind::Internal => ("handler_failed", "internal error"),
    };
    let answer = json(error.status(), &ErrorBody::new(code, text));
    match error.kind() {
        Kind::Retryable { retry_after: Some(wait), .. } => {
            with(answer, RETRY_AFTER, whole_seconds(*wait).into())
        }
        _ => answer,
    }
}

/// A handler that panicked.
pub(crate) fn panicked() -> Response {
    json(500, &ErrorBody::new("handler_failed", "internal error"))
}

/// A handler that had no answer in time.
pub(crate) fn late() -> Response {
    let text = "the handler did not answer in time";
    try_soon(json(503, &ErrorBody::new("deadline_exceeded", text)))
}

/// Asks for a retry in a second.
fn try_soon(answer: Response) -> Response {
    with(answer, RETRY_AFTER, 1.into())
}

/// The members that the other SDKs answer with, beside the usual ones.
fn missing_scopes(refusal: &Refusal, scopes: &MissingScopes) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(flatten)]
        error: ErrorBody,
        required_scopes: &'a [String],
        missing_scopes: &'a [String],
    }
    let body = Body {
        error: refusal.body(),
        required_scopes: &scopes.required,
        missing_scopes: &scopes.missing,
    };
    json(refusal.status(), &body)
}

/// Rounded up, so that nobody comes back too early.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

pub(crate) fn json(status: u16, body: &impl Serialize) -> Response {
    #[expect(clippy::expect_used, reason = "the SDK's own bodies are plain structs")]
    let bytes = serde_json::to_vec(body).expect("JSON");
    with_status(status, bytes.into())
}

fn with_status(status: u16, body: Bytes) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with(answer, CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn with(mut answer: Response, name: HeaderName, value: HeaderValue) -> Response {
    answer.headers_mut().insert(name, value);
    answer
}
