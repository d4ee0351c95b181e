//! The one place where an error gets its status, code and words for the caller.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kiket_contract::api::events::LONGEST_IDEMPOTENCY_KEY;
use kiket_contract::response::{ErrorBody, NO_ROUTE};
use kiket_contract::token::TokenError;
use serde_json::{Value, json};
use tracing::error;

use crate::caller::{Kind, Refused, Unauthorized};
use crate::custom_data::CustomDataError;
use crate::error::Error;
use crate::extension_events::TellError;
use crate::store::StoreError;
use crate::webhooks::WebhookError;

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
            Self::BodyNoText => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorBody::new("body_no_text", "the request's body is no UTF-8 text"),
            ),
            Self::BodySyntax(reason) => (
                StatusCode::BAD_REQUEST,
                ErrorBody::new("body_not_json", format!("the request's body is no JSON: {reason}")),
            ),
            Self::BodyShape { field, reason } => {
                let told =
                    if field == "." { reason.clone() } else { format!("`{field}`: {reason}") };
                let text = format!("the request's body does not fit: {told}");
                let details = json!([{ "field": field, "message": reason }]);
                (UNFIT, ErrorBody::new("body_shape", text).with_details(details))
            }
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

/// The body for a path that can not be read.
pub(super) fn invalid_path() -> ErrorBody {
    ErrorBody::new("invalid_path", "the path holds what is no UTF-8 text")
}

/// Why a credential opens nothing, and what to send.
fn unauthorized(reason: Unauthorized) -> (StatusCode, ErrorBody) {
    let (code, message) = match &reason {
        Unauthorized::Failed(_) => ("internal", None),
        Unauthorized::Nothing => (
            "no_credential",
            Some(
                "send the delivery's authentication.runtime_token as X-Kiket-Runtime-Token, or the \
                 installation's API key as X-Kiket-API-Key, or a workspace token as \
                 `Authorization: Bearer <token>`",
            ),
        ),
        Unauthorized::WrongKind { sent, .. } => ("wrong_credential", Some(place(*sent))),
        Unauthorized::Token(TokenError::Expired) | Unauthorized::Expired(_) => {
            ("expired_credential", None)
        }
        Unauthorized::Token(_) | Unauthorized::Unknown(_) => ("invalid_credential", None),
        Unauthorized::Revoked => ("revoked_credential", None),
        Unauthorized::Disabled => ("installation_disabled", None),
    };
    if let Unauthorized::Failed(error) = reason {
        return domain(error);
    }
    let message = message.map(str::to_owned);
    (StatusCode::UNAUTHORIZED, ErrorBody { message, ..ErrorBody::new(code, reason.to_string()) })
}

/// Where a credential belongs.
fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::RuntimeToken => "send it as X-Kiket-Runtime-Token",
        Kind::ApiKey => "send it as X-Kiket-API-Key",
        Kind::WorkspaceToken => "send it as `Authorization: Bearer <token>`",
        Kind::AdminToken => "it is for operators; extensions have credentials of their own",
    }
}

/// Why a caller may not do what it asked for.
fn refusal(refused: Refused) -> (StatusCode, ErrorBody) {
    let forbidden =
        |code: &str, error: String| (StatusCode::FORBIDDEN, ErrorBody::new(code, error));
    match refused {
        Refused::MissingScopes { required, missing } => {
            let text = format!("missing scopes: {}", missing.join(", "));
            let body = ErrorBody::new("missing_scopes", text).with_message(
                "add them to the manifest's `permissions`, or to the workspace token",
            );
            let owned = |scopes: &[&str]| Some(scopes.iter().map(|it| (*it).to_owned()).collect());
            let (required_scopes, missing_scopes) = (owned(required), owned(&missing));
            (StatusCode::FORBIDDEN, ErrorBody { required_scopes, missing_scopes, ..body })
        }
        Refused::OtherExtension { own } => {
            forbidden("other_extension", format!("the credential is of extension `{own}`"))
        }
        Refused::OtherProject { project } => {
            forbidden("other_project", format!("the credential does not reach project {project}"))
        }
        Refused::WhichInstallation => (
            StatusCode::BAD_REQUEST,
            ErrorBody::new(
                "invalid_parameter",
                "extension_id is missing: a workspace token stands for no installation, so say in \
                 the query which extension is meant, or call with an API key",
            ),
        ),
        Refused::WhichProject => (
            StatusCode::BAD_REQUEST,
            ErrorBody::new(
                "invalid_parameter",
                "project_id is missing: say which project is meant",
            ),
        ),
        Refused::Failed(error) => domain(error),
    }
}

/// What is sent has the form of JSON, and can not be meant so.
const UNFIT: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

const INVALID_PARAMETER: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "invalid_parameter");

/// Why what an extension tells is not kept.
fn untold(reason: &TellError) -> (StatusCode, &'static str) {
    match reason {
        TellError::LogName => (UNFIT, "invalid_log_event"),
        TellError::LogTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "log_too_large"),
        TellError::LongText { .. } => (UNFIT, "text_too_long"),
        TellError::EmptyText { .. } => (UNFIT, "empty_text"),
        TellError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
    }
}

/// Exhaustive without a catch-all: a new error does not compile until it has its status.
fn domain(error: Error) -> (StatusCode, ErrorBody) {
    let details = details(&error);
    let (status, code) = match &error {
        Error::Manifest { .. } | Error::ManifestMember { .. } => (UNFIT, "invalid_manifest"),
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
        Error::CustomData(error) => custom_data(error),
        Error::TokenMinutes { .. } => (UNFIT, "invalid_token_minutes"),
        Error::Tell(reason) => untold(reason),
        Error::Webhook(WebhookError::Action) | Error::Window => INVALID_PARAMETER,
        Error::Webhook(WebhookError::NobodyThere) => (StatusCode::NOT_FOUND, "nobody_there"),
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
        Error::SeveralProjects { .. } => (StatusCode::CONFLICT, "several_projects"),
        Error::NoWorkspaceToken { .. } => (StatusCode::NOT_FOUND, "no_workspace_token"),
        Error::WorkspaceToken(_) => (UNFIT, "invalid_workspace_token"),
        Error::OverlapMinutes { .. } => (UNFIT, "invalid_overlap"),
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
        Error::EmptySecret => (UNFIT, "empty_secret"),
        Error::NoSecretKey => (UNFIT, "body_shape"),
        Error::NoSecret { .. } => (StatusCode::NOT_FOUND, "no_secret"),
        Error::SecretOwner => (StatusCode::BAD_REQUEST, "invalid_parameter"),
        Error::RotationUnderWay { .. } => (StatusCode::CONFLICT, "rotation_under_way"),
        Error::Store(_)
        | Error::SecretBackend(_)
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
        | Error::NoRandomness => return fault(&error),
    };
    let message = message(&error).map(str::to_owned);
    (status, ErrorBody { details, message, ..ErrorBody::new(code, error.to_string()) })
}

fn custom_data(error: &CustomDataError) -> (StatusCode, &'static str) {
    use CustomDataError as E;
    match error {
        E::DataLossNotAccepted { .. } => (StatusCode::CONFLICT, "data_loss_not_accepted"),
        E::SchemaBlocked { .. } => (StatusCode::CONFLICT, "schema_blocked"),
        E::NoModule { .. } => (StatusCode::NOT_FOUND, "no_module"),
        E::SeveralModules { .. } => (StatusCode::CONFLICT, "several_modules"),
        E::NoTable { .. } => (StatusCode::NOT_FOUND, "no_table"),
        E::NoRecord { .. } => (StatusCode::NOT_FOUND, "no_record"),
        E::OperationNotPermitted { .. } => (StatusCode::FORBIDDEN, "operation_not_permitted"),
        E::Record { .. } => (UNFIT, "invalid_record"),
        E::Query { .. } => (UNFIT, "invalid_query"),
    }
}

fn custom_data_details(error: &CustomDataError) -> Option<Value> {
    use CustomDataError as E;
    match error {
        E::DataLossNotAccepted { changes } | E::SchemaBlocked { changes } => {
            Some(json!({ "custom_data": changes }))
        }
        E::Record { violations } | E::Query { violations } => Some(json!(violations)),
        E::OperationNotPermitted { module, operation } => {
            Some(json!({ "module": module, "operation": operation }))
        }
        E::SeveralModules { installations, .. } => Some(json!({ "installations": installations })),
        E::NoModule { .. } | E::NoTable { .. } | E::NoRecord { .. } => None,
    }
}

/// What the platform could not do, which is none of the caller's fault.
fn fault(error: &Error) -> (StatusCode, ErrorBody) {
    match error {
        Error::Store(StoreError::Full) => {
            error!(%error, "a request found no room");
            let body = ErrorBody::new("disk_full", "the platform has no room to store anything")
                .with_message("nothing of the request was stored: send it again later");
            (StatusCode::SERVICE_UNAVAILABLE, body)
        }
        Error::SecretBackend(_) => {
            error!(%error, "the back end of the secrets failed");
            let body = ErrorBody::new("secrets_unavailable", "the secrets can not be reached")
                .with_message("try again later; the platform's log says why");
            (StatusCode::SERVICE_UNAVAILABLE, body)
        }
        _ => {
            error!(%error, "a request failed on the platform's side");
            let body = ErrorBody::new("internal", "the platform failed; its log says why");
            (StatusCode::INTERNAL_SERVER_ERROR, body)
        }
    }
}

/// Facts for programs about an error.
fn details(error: &Error) -> Option<Value> {
    match error {
        Error::Manifest { findings, .. } | Error::ManifestMember { findings, .. } => {
            Some(json!({ "findings": findings }))
        }
        Error::Module { findings, .. } if !findings.is_empty() => {
            Some(json!({ "findings": findings }))
        }
        Error::CustomData(error) => custom_data_details(error),
        Error::PermissionsNotAccepted { added } => Some(json!({ "permissions_added": added })),
        Error::Configuration { problems } => Some(json!({ "problems": problems })),
        Error::AlreadyInstalled { installation } => {
            Some(json!({ "installation_id": installation }))
        }
        Error::RotationWaits { signs_at } => Some(json!({ "signs_at": signs_at })),
        Error::SeveralInstallations { installations, .. } => {
            Some(json!({ "installations": installations }))
        }
        Error::SeveralProjects { projects, .. } => Some(json!({ "projects": projects })),
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
