//! The one place where an error gets its status, code and words for the caller.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kiket_contract::api::events::LONGEST_IDEMPOTENCY_KEY;
use kiket_contract::response::ErrorBody;
use serde_json::{Value, json};
use tracing::error;

use crate::error::Error;
use crate::store::StoreError;
use crate::tokens::Unauthorized;

/// The seconds after which what can not be done now is worth another try.
const SOON: &str = "10";

/// What a request can meet.
#[derive(Debug)]
pub(super) enum ApiError {
    NoRoute,
    NoMethod,
    /// No such delivery, by its id.
    NoDelivery(String),
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
    BodySyntax(serde_json::Error),
    /// What does not fit, without its value.
    BodyShape(String),
    /// No credential, or not the operator's.
    NotTheOperator,
    /// No runtime token.
    NoToken,
    Token(Unauthorized),
    MissingScopes {
        required: Vec<String>,
        missing: Vec<String>,
    },
    /// The path names another extension than the token.
    OtherExtension {
        token: String,
    },
    Domain(Error),
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.render();
        let mut response = status.into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
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
                (StatusCode::NOT_FOUND, ErrorBody::new("no_route", "there is nothing at this path"))
            }
            Self::NoMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorBody::new("no_method", "this path takes other methods"),
            ),
            Self::NoDelivery(id) => (
                StatusCode::NOT_FOUND,
                ErrorBody::new("no_delivery", format!("there is no delivery `{id}`")),
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
                    "only events take an Idempotency-Key: leave it out, and look before you repeat",
                ),
            ),
            Self::Parameters(reason) => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("invalid_parameter", format!("the query does not fit: {reason}")),
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorBody::new("body_too_large", "the request's body is larger than 1 MiB"),
            ),
            Self::BodyUnreadable => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("body_unreadable", "the request's body broke off or took too long"),
            ),
            Self::BodySyntax(reason) => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("body_not_json", format!("the request's body is no JSON: {reason}")),
            ),
            Self::BodyShape(reason) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorBody::new("body_shape", format!("the request's body does not fit: {reason}")),
            ),
            Self::NotTheOperator => (
                StatusCode::UNAUTHORIZED,
                ErrorBody::new("not_the_operator", "the admin token is missing or wrong")
                    .with_message("send it as `Authorization: Bearer <token>`"),
            ),
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                ErrorBody::new("no_runtime_token", "the runtime token is missing").with_message(
                    "send the delivery's authentication.runtime_token as X-Kiket-Runtime-Token",
                ),
            ),
            Self::Token(Unauthorized::Failed(error)) => domain(error),
            Self::Token(reason) => (
                StatusCode::UNAUTHORIZED,
                ErrorBody::new("invalid_runtime_token", reason.to_string()),
            ),
            Self::MissingScopes { required, missing } => (
                StatusCode::FORBIDDEN,
                ErrorBody::new("missing_scopes", format!("missing scopes: {}", missing.join(", ")))
                    .with_details(
                        json!({ "required_scopes": required, "missing_scopes": missing }),
                    ),
            ),
            Self::OtherExtension { token } => (
                StatusCode::FORBIDDEN,
                ErrorBody::new("other_extension", format!("the token is of extension `{token}`")),
            ),
            Self::Domain(error) => domain(error),
        }
    }
}

/// What is sent has the form of JSON, and can not be meant so.
const UNFIT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Exhaustive without a catch-all: a new error does not compile until it has its status.
fn domain(error: Error) -> (StatusCode, ErrorBody) {
    let details = details(&error);
    let (status, code) = match &error {
        Error::Manifest { .. } => (UNFIT, "invalid_manifest"),
        Error::ManifestMember { .. } => (UNFIT, "invalid_manifest"),
        Error::OtherExtension { .. } => (UNFIT, "manifest_of_other_extension"),
        Error::PermissionsNotAccepted { .. } => (StatusCode::CONFLICT, "permissions_not_accepted"),
        Error::Configuration { .. } => (UNFIT, "invalid_configuration"),
        Error::NoInstallation { .. } => (StatusCode::NOT_FOUND, "no_installation"),
        Error::ChangedMeanwhile { .. } => (StatusCode::CONFLICT, "changed_meanwhile"),
        Error::State { .. } => (StatusCode::CONFLICT, "wrong_state"),
        Error::NothingToRollBackTo { .. } => (StatusCode::CONFLICT, "nothing_to_roll_back_to"),
        Error::RotationWaits { .. } => (StatusCode::CONFLICT, "rotation_waits"),
        Error::NothingToCommit => (StatusCode::CONFLICT, "nothing_to_commit"),
        Error::AlreadyInstalled { .. } => (StatusCode::CONFLICT, "already_installed"),
        Error::Module { .. } | Error::TooManyModules { .. } => (UNFIT, "invalid_module"),
        Error::TokenMinutes { .. } => (UNFIT, "invalid_token_minutes"),
        Error::LogName => (UNFIT, "invalid_log_event"),
        Error::LogTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "log_too_large"),
        Error::CallbackUrl(_) => (UNFIT, "invalid_callback_url"),
        Error::EmptyDeliverySecret => (UNFIT, "empty_delivery_secret"),
        Error::ProjectElsewhere { .. } => (StatusCode::CONFLICT, "project_elsewhere"),
        Error::UnknownProject { .. } => (UNFIT, "unknown_project"),
        Error::Removed { .. } => (StatusCode::NOT_FOUND, "removed"),
        Error::AsksNobody { .. } => (UNFIT, "asks_nobody"),
        Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        Error::NotDecided => (StatusCode::SERVICE_UNAVAILABLE, "not_decided"),
        Error::UnknownGuard { .. } => (StatusCode::NOT_FOUND, "no_guard"),
        Error::NotPending { .. } => (StatusCode::CONFLICT, "not_pending"),
        Error::NobodyDecides => (UNFIT, "nobody_decides"),
        Error::UnknownAction { .. } => (StatusCode::NOT_FOUND, "no_action"),
        Error::NotInstalled { .. } => (StatusCode::NOT_FOUND, "not_installed"),
        Error::SeveralInstallations { .. } => (StatusCode::CONFLICT, "several_installations"),
        Error::NotActive { .. } => (StatusCode::CONFLICT, "not_active"),
        Error::ActionFailed { timed_out: true, .. } => {
            (StatusCode::GATEWAY_TIMEOUT, "action_failed")
        }
        Error::ActionFailed { .. } => (StatusCode::BAD_GATEWAY, "action_failed"),
        Error::UnknownDelivery { .. } => (StatusCode::NOT_FOUND, "no_delivery"),
        Error::NotSettled { .. } => (StatusCode::CONFLICT, "not_settled"),
        Error::AlreadySettled { .. } => (StatusCode::CONFLICT, "already_settled"),
        Error::NowhereToDeliver => (StatusCode::CONFLICT, "nowhere_to_deliver"),
        Error::AnsweredAtOnce { .. } => (StatusCode::CONFLICT, "answered_at_once"),
        Error::Reason => (UNFIT, "invalid_reason"),
        Error::EmptyWindow => (UNFIT, "empty_window"),
        Error::KeyReused => (StatusCode::CONFLICT, "idempotency_key_reused"),
        Error::AsksFirst { .. } => (UNFIT, "asks_first"),
        Error::ReservedMember { .. } => (UNFIT, "reserved_member"),
        Error::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Error::SecretKey { .. } => (UNFIT, "invalid_secret_key"),
        Error::TooManySecrets { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_many_secrets"),
        Error::RotationUnderWay { .. } => (StatusCode::CONFLICT, "rotation_under_way"),
        Error::Store(StoreError::Full) => {
            error!(%error, "a request found no room");
            let body = ErrorBody::new("disk_full", "the platform has no room to store anything")
                .with_message("nothing of the request was stored: send it again later");
            return (StatusCode::SERVICE_UNAVAILABLE, body);
        }
        Error::Store(_)
        | Error::Seal(_)
        | Error::MasterKey(_)
        | Error::Token(_)
        | Error::DataDir { .. }
        | Error::DataDirInUse { .. }
        | Error::Listen { .. }
        | Error::PublicUrl { .. }
        | Error::EgressProxy(_)
        | Error::Backup { .. }
        | Error::Panicked
        | Error::NoRandomness => {
            error!(%error, "a request failed on the platform's side");
            let body = ErrorBody::new("internal", "the platform failed; its log says why");
            return (StatusCode::INTERNAL_SERVER_ERROR, body);
        }
    };
    let message = message(&error).map(str::to_owned);
    (status, ErrorBody { details, message, ..ErrorBody::new(code, error.to_string()) })
}

/// Facts for programs about an error.
fn details(error: &Error) -> Option<Value> {
    match error {
        Error::Manifest { findings, .. } | Error::ManifestMember { findings, .. } => {
            Some(json!({ "findings": findings }))
        }
        Error::PermissionsNotAccepted { added } => Some(json!({ "permissions_added": added })),
        Error::Configuration { problems } => Some(json!({ "problems": problems })),
        Error::AlreadyInstalled { installation } => {
            Some(json!({ "installation_id": installation }))
        }
        Error::RotationWaits { signs_at } => Some(json!({ "signs_at": signs_at })),
        Error::SeveralInstallations { installations, .. } => {
            Some(json!({ "installations": installations }))
        }
        Error::ActionFailed { delivery, .. } => Some(json!({ "delivery_id": delivery })),
        _ => None,
    }
}

/// What to do about an error, where its own text does not say so.
fn message(error: &Error) -> Option<&'static str> {
    match error {
        Error::ActionFailed { .. } => Some("the delivery has the extension's answer"),
        _ => None,
    }
}
