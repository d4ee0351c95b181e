//! What a caller hears whose credential opens nothing, or not this.

use axum::http::StatusCode;
use kiket_contract::response::ErrorBody;
use kiket_contract::token::TokenError;

use super::domain::domain;
use crate::caller::{Kind, Refused, Unauthorized};

/// Why a credential opens nothing, and what to send.
pub(super) fn unauthorized(reason: Unauthorized) -> (StatusCode, ErrorBody) {
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
            ("expired_credential", Some("use the token of the newest delivery, or ask for another"))
        }
        Unauthorized::Token(_) | Unauthorized::Unknown(_) => (
            "invalid_credential",
            Some("check that it is of this platform, and whole: a token is one line"),
        ),
        Unauthorized::Revoked => {
            ("revoked_credential", Some("use the token of the newest delivery, or ask for another"))
        }
        Unauthorized::Disabled => {
            ("installation_disabled", Some("an operator has to enable the installation"))
        }
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
pub(super) fn refusal(refused: Refused) -> (StatusCode, ErrorBody) {
    let forbidden =
        |code: &str, error: String| (StatusCode::FORBIDDEN, ErrorBody::new(code, error));
    match refused {
        Refused::MissingScopes { required, missing } => {
            let text = format!("missing scopes: {}", missing.join(", "));
            let body = ErrorBody::new("missing_scopes", text).with_message(
                "add them to the manifest's `permissions`, upgrade the installation and accept them; \
                 for a workspace token, make another one that grants them",
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
