//! Why a request does not reach its handler.

use kiket_contract::response::ErrorBody;

use crate::body::Fault;
use crate::scopes::MissingScopes;
use crate::verify::Denial;

/// The largest body that is read, in bytes.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

/// How much of a name from a request is logged, in characters.
const LONGEST_NAME: usize = 128;

/// As much of a name as is worth logging.
pub(crate) fn named(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// Why a request does not reach its handler. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("only {allow} is answered here")]
    WrongMethod { allow: &'static str },
    #[error("the body is larger than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("the body did not arrive in time")]
    SlowBody,
    #[error("the body broke off")]
    BrokenBody,
    #[error("too many bodies are on their way at once")]
    Busy,
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error("the token can not be checked: there are no keys, see the log of their fetch")]
    KeysUnavailable,
    #[error("no event version: it is neither in the path, nor in a header, nor in the query")]
    NoVersion,
    #[error("no handler takes the event {named:?}; see `/health` for those that are taken")]
    UnknownEvent { named: String },
    #[error("no handler takes version {named:?} of the event; it is handled in {handled}")]
    UnknownVersion { named: String, handled: String },
    #[error("the request names an action's event, and the body has no readable `action_key`")]
    NoActionKey,
    #[error("no handler takes the action {named:?}; see `/health` for those that are taken")]
    UnknownAction { named: String },
    #[error(transparent)]
    Body(#[from] Fault),
    #[error("the body's `{0}` is not the one that the request was sent to")]
    OtherEvent(&'static str),
    #[error(transparent)]
    Scopes(#[from] MissingScopes),
    #[error("the body is no JSON: its content type is another, or it is encoded")]
    MediaType,
    #[error("an earlier attempt of the same delivery still runs")]
    StillRunning,
    #[cfg(feature = "redis")]
    #[error(transparent)]
    MemoryUnreachable(crate::idempotency::Unreachable),
}

impl Refusal {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::NoVersion | Self::NoActionKey | Self::OtherEvent(_) => 400,
            Self::Body(fault) if fault.is_misfit() => 422,
            Self::Body(_) => 400,
            Self::Denied(_) => 401,
            Self::Scopes(_) => 403,
            Self::UnknownEvent { .. }
            | Self::UnknownVersion { .. }
            | Self::UnknownAction { .. } => 404,
            Self::WrongMethod { .. } => 405,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            // What the network did, or the platform's key server, is not the sender's fault, and a
            // 4xx would be final.
            Self::SlowBody
            | Self::BrokenBody
            | Self::Busy
            | Self::KeysUnavailable
            | Self::StillRunning => 503,
            #[cfg(feature = "redis")]
            Self::MemoryUnreachable(_) => 503,
        }
    }

    /// What the caller is told: nothing about a signature, and no value of the body.
    pub(crate) fn body(&self) -> ErrorBody {
        match self {
            Self::WrongMethod { .. } => ErrorBody::new("wrong_method", "method not allowed"),
            Self::TooLarge => ErrorBody::new("too_large", self.to_string()),
            Self::SlowBody => ErrorBody::new("slow_body", self.to_string()),
            Self::BrokenBody => ErrorBody::new("broken_body", self.to_string()),
            Self::Busy => ErrorBody::new("busy", self.to_string()),
            Self::Denied(denial) if denial.is_of_the_token() => {
                ErrorBody::new("invalid_token", "not authenticated")
            }
            Self::Denied(_) => ErrorBody::new("invalid_signature", "not authenticated"),
            Self::KeysUnavailable => {
                ErrorBody::new("keys_unavailable", "the token can not be checked for now")
            }
            Self::NoVersion => ErrorBody::new("missing_version", "the event's version is missing")
                .with_message("name it in the path: /v/{version}/webhooks/{event}"),
            Self::UnknownEvent { .. } => {
                ErrorBody::new("unknown_event", "no handler for this event")
            }
            Self::UnknownVersion { .. } => {
                ErrorBody::new("unknown_version", "no handler for this version of the event")
            }
            Self::NoActionKey => {
                ErrorBody::new("missing_action_key", "the body has no readable `action_key`")
            }
            Self::UnknownAction { .. } => {
                ErrorBody::new("unknown_action", "no handler for this action")
            }
            Self::Body(fault) => ErrorBody::new(code(fault), fault.to_string()),
            Self::OtherEvent(_) => ErrorBody::new("other_event", self.to_string()),
            Self::Scopes(_) => ErrorBody::new("insufficient_scopes", "Insufficient scopes"),
            Self::MediaType => ErrorBody::new("unsupported_media_type", "the body is not JSON")
                .with_message("send `Content-Type: application/json` and no `Content-Encoding`"),
            Self::StillRunning => ErrorBody::new("still_running", self.to_string()),
            #[cfg(feature = "redis")]
            Self::MemoryUnreachable(_) => ErrorBody::new(
                "memory_unreachable",
                "the memory of finished deliveries can not be reached",
            ),
        }
    }
}

fn code(fault: &Fault) -> &'static str {
    if fault.is_misfit() { "invalid_payload" } else { "invalid_body" }
}
