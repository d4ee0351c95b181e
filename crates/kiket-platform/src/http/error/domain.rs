//! What a caller hears of an error of the domain.

use axum::http::StatusCode;
use kiket_contract::response::ErrorBody;
use serde_json::{Value, json};
use tracing::error;

use super::UNFIT;
use crate::custom_data::CustomDataError;
use crate::error::Error;
use crate::extension_events::TellError;
use crate::secrets::SecretError;
use crate::store::StoreError;
use crate::webhooks::WebhookError;

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
pub(super) fn domain(error: Error) -> (StatusCode, ErrorBody) {
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
        Error::NoProject { .. } => (StatusCode::NOT_FOUND, "no_project"),
        Error::ProjectKeyTaken { .. } => (StatusCode::CONFLICT, "project_key_taken"),
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
        Error::ReplayOfWhat => (UNFIT, "replay_of_what"),
        Error::NotHeard { .. } => (UNFIT, "not_heard"),
        Error::AnsweredAtOnce { .. } => (StatusCode::CONFLICT, "answered_at_once"),
        Error::Reason => (UNFIT, "invalid_reason"),
        Error::EmptyWindow => (UNFIT, "empty_window"),
        Error::KeyReused => (StatusCode::CONFLICT, "idempotency_key_reused"),
        Error::AsksFirst { .. } => (UNFIT, "asks_first"),
        Error::ReservedMember { .. } => (UNFIT, "reserved_member"),
        Error::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Error::Secret(error) => secret(error),
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
        E::Full => (StatusCode::PAYLOAD_TOO_LARGE, "too_many_records"),
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
        E::NoModule { .. } | E::NoTable { .. } | E::NoRecord { .. } | E::Full => None,
    }
}

fn secret(error: &SecretError) -> (StatusCode, &'static str) {
    match error {
        SecretError::Key { .. } => (UNFIT, "invalid_secret_key"),
        SecretError::TooMany { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_many_secrets"),
        SecretError::Empty => (UNFIT, "empty_secret"),
        SecretError::NoKey => (UNFIT, "body_shape"),
        SecretError::Absent { .. } => (StatusCode::NOT_FOUND, "no_secret"),
        SecretError::Owner => INVALID_PARAMETER,
    }
}

/// What the platform could not do, which is none of the caller's fault.
fn fault(error: &Error) -> (StatusCode, ErrorBody) {
    match error {
        Error::Store(StoreError::Busy) => {
            error!(%error, "a request found no connection to the database");
            let body = ErrorBody::new("busy", Error::Busy.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, body)
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_a_free_connection_is_busy_and_no_fault() {
        let error = Error::Store(sqlx::Error::PoolTimedOut.into());
        let (status, body) = domain(error);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body.code.as_deref(), Some("busy"));
    }
}
