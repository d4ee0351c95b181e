//! The one place where an error gets its status, code and words for the caller.

mod credentials;
mod domain;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kiket_contract::api::events::LONGEST_IDEMPOTENCY_KEY;
use kiket_contract::response::{ErrorBody, NO_ROUTE};
use serde_json::json;

use self::credentials::{refusal, unauthorized};
use self::domain::domain;
use crate::caller::{Refused, Unauthorized};
use crate::error::Error;

/// What is sent has the form of JSON, and can not be meant so.
const UNFIT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// The seconds after which what can not be done now is worth another try.
const SOON: &str = "10";

/// What a request can meet.
#[derive(Debug)]
pub(crate) enum ApiError {
    NoRoute,
    NoMethod,
    /// No such delivery, by its id.
    NoDelivery(String),
    /// What an extension asks for is not there: what it is, and its id.
    Nothing {
        what: &'static str,
        id: String,
    },
    /// This platform keeps nothing of the kind.
    NothingOfTheKind(&'static str),
    /// No such guard, by its id.
    NoGuard(String),
    /// The header is empty, too long or no text.
    IdempotencyKey,
    /// The header came with a request that does not heed it.
    NoIdempotency,
    /// What is wrong with the query, by the name of the parameter.
    Parameters(String),
    BodyTooLarge,
    BodyUnreadable,
    /// The body is no UTF-8 text.
    BodyNoText,
    BodySyntax(serde_json::Error),
    /// What does not fit, without its value.
    BodyShape {
        /// The path of the member; `.` for the whole body.
        field: String,
        reason: String,
    },
    /// No credential, or not the operator's.
    NotTheOperator,
    /// The path holds what is no text.
    Path,
    /// What was sent to prove who calls does not.
    Unauthorized(Unauthorized),
    /// Who calls may not do that.
    Refused(Refused),
    /// The window's calls are used up; the next one begins in so many seconds.
    TooManyCalls {
        wait: u32,
    },
    Domain(Error),
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Failed(error) => Self::Domain(error),
            refused => Self::Refused(refused),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.render();
        let mut response = status.into_response();
        if let Some(wait) = body.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(SOON));
        }
        response.extensions_mut().insert(body);
        response
    }
}

impl ApiError {
    fn render(self) -> (StatusCode, ErrorBody) {
        match self {
            Self::NoRoute => {
                (StatusCode::NOT_FOUND, ErrorBody::new(NO_ROUTE, "there is nothing at this path"))
            }
            Self::NoMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorBody::new("no_method", "this path takes other methods"),
            ),
            Self::NoDelivery(id) => (
                StatusCode::NOT_FOUND,
                ErrorBody::new("no_delivery", format!("there is no delivery `{id}`")),
            ),
            Self::Nothing { what, id } => {
                let id: String = id.chars().take(128).collect();
                let text = format!("there is no {what} `{id}`");
                (StatusCode::NOT_FOUND, ErrorBody::new("not_found", text))
            }
            Self::NothingOfTheKind(what) => (
                StatusCode::NOT_FOUND,
                ErrorBody::new("not_kept_here", format!("this platform keeps no {what}")),
            ),
            Self::NoGuard(id) => (
                StatusCode::NOT_FOUND,
                ErrorBody::new("no_guard", format!("there is no guard `{id}`")),
            ),
            Self::IdempotencyKey => {
                let most = LONGEST_IDEMPOTENCY_KEY;
                let text = format!("an Idempotency-Key is 1 to {most} visible characters");
                (StatusCode::BAD_REQUEST, ErrorBody::new("invalid_idempotency_key", text))
            }
            Self::NoIdempotency => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new(
                    "idempotency_not_supported",
                    "this path takes no Idempotency-Key: leave it out, and look before you repeat",
                ),
            ),
            Self::Parameters(reason) => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("invalid_parameter", format!("the query does not fit: {reason}")),
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorBody::new(
                    "body_too_large",
                    "the request's body is larger than this path takes",
                ),
            ),
            Self::BodyUnreadable => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("body_unreadable", "the request's body broke off or took too long"),
            ),
            Self::BodyNoText => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorBody::new("body_no_text", "the request's body is no UTF-8 text"),
            ),
            Self::BodySyntax(reason) => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("body_not_json", format!("the request's body is no JSON: {reason}")),
            ),
            Self::BodyShape { field, reason } => (UNFIT, body_shape(&field, &reason)),
            Self::NotTheOperator => (
                StatusCode::UNAUTHORIZED,
                ErrorBody::new("not_the_operator", "the admin token is missing or wrong")
                    .with_message("send it as `Authorization: Bearer <token>`"),
            ),
            Self::Path => (StatusCode::BAD_REQUEST, invalid_path()),
            Self::Unauthorized(reason) => unauthorized(reason),
            Self::Refused(refused) => refusal(refused),
            Self::TooManyCalls { wait } => {
                let body = ErrorBody::new("rate_limit_exceeded", "Rate limit exceeded")
                    .with_message("wait as long as Retry-After says");
                let body = ErrorBody { retry_after: Some(wait.into()), ..body };
                (StatusCode::TOO_MANY_REQUESTS, body)
            }
            Self::Domain(error) => domain(error),
        }
    }
}

fn body_shape(field: &str, reason: &str) -> ErrorBody {
    let told = if field == "." { reason.to_owned() } else { format!("`{field}`: {reason}") };
    let text = format!("the request's body does not fit: {told}");
    let details = json!([{ "field": field, "message": reason }]);
    ErrorBody::new("body_shape", text).with_details(details)
}

/// The body for a path that can not be read.
pub(super) fn invalid_path() -> ErrorBody {
    ErrorBody::new("invalid_path", "the path holds what is no UTF-8 text")
}
