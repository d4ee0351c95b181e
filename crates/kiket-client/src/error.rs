//! Why a call failed.

use std::time::Duration;

use hyper::header::RETRY_AFTER;
use jiff::Timestamp;
use kiket_contract::header::REQUEST_ID;
use kiket_contract::response::NO_ROUTE;
use kiket_contract::retry::{self, Meaning};
use kiket_contract::route::{InvalidSegment, JWKS};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::pool::MOST_CONNECTIONS;
use crate::transport::Answer;

/// How much of an answer's own text is kept, in characters.
const LONGEST_TEXT: usize = 300;
/// The largest body that facts are kept of, in bytes.
const LARGEST_DETAILS: usize = 8 * 1024;
const FORBIDDEN: u16 = 403;
const MISSING_SCOPES: &str = "missing_scopes";
const NOT_FOUND: u16 = 404;
const REQUEST_TIMEOUT: u16 = 408;

/// Why a call failed. No text shows a token or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the API can not be used.
    #[error("the address of Kiket's API {0}")]
    InvalidBaseUrl(&'static str),
    /// The delivery brought no runtime token, or there is no delivery, and the client has no
    /// credentials of its own.
    #[error(
        "there is no runtime token, and no API key or workspace token to fall back on; set one"
    )]
    NoRuntimeToken,
    /// A text can not be sent as this header.
    #[error("the value of the header `{0}` has characters that a header can not carry")]
    InvalidHeader(&'static str),
    /// A text can not be the key of a secret.
    #[error("a secret's key is 1 to 128 letters, digits, dots, dashes and underscores; rename it")]
    InvalidKey,
    /// An empty text is no secret: empty ones count as missing everywhere.
    #[error("an empty text is no secret; delete the secret if that is meant")]
    EmptySecret,
    /// A name or an id can not stand in a path.
    #[error(transparent)]
    InvalidSegment(#[from] InvalidSegment),
    /// A path can not be called.
    #[error("a path is `/` and what follows it, percent-encoded and without `..`; correct it")]
    InvalidPath,
    /// A number can not be written as JSON.
    #[error("only a finite number can be sent; leave out what was not measured")]
    NotFinite,
    /// What was to be sent can not be written as JSON.
    #[error("what was to be sent can not be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The machine's certificates can not be read.
    #[error("can not read the machine's root certificates; install `ca-certificates` or the like")]
    Roots(#[source] std::io::Error),
    /// The connection failed.
    #[error("can not reach Kiket's API; check its address and the network")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The call took too long.
    #[error("{}", in_words::timeout(call, *timeout, *is_queued))]
    #[non_exhaustive]
    Timeout {
        /// Method and path, without the query.
        call: Box<str>,
        /// How long it may take.
        timeout: Duration,
        /// Whether it was not sent at the end, and waited for one of the client's connections.
        is_queued: bool,
    },
    /// The time of the handler that makes the call is over: see
    /// [`Session::until`](crate::Session::until).
    #[error("{}", in_words::deadline(call, *left, *is_queued))]
    #[non_exhaustive]
    Deadline {
        /// Method and path, without the query.
        call: Box<str>,
        /// What was left when the call began; nothing was sent when it is zero.
        left: Duration,
        /// Whether it was not sent at the end, and waited for one of the client's connections.
        is_queued: bool,
    },
    /// The answer is too large.
    #[error("the answer is larger than {} KiB; ask for less at a time", largest / 1024)]
    TooLarge {
        /// The largest that is read, in bytes.
        largest: usize,
    },
    /// There is an answer where the key set should be, and it is none.
    #[error("what the address answers at {JWKS} is no key set; check the API's address")]
    NoKeySet(#[source] serde_json::Error),
    /// The API answered with a success, and with another body than this call has. The body may hold a
    /// secret, so nothing of it is shown.
    #[error(
        "Kiket's API answered {call} with a success that is not what the call answers, at `{at}`; \
         check the API's address and the type that the answer is read into"
    )]
    #[non_exhaustive]
    UnexpectedAnswer {
        /// Method and path, without the query.
        call: Box<str>,
        /// Where it does not fit: the path of the member, or else the line and column.
        at: Box<str>,
    },
    /// The pages of a list lead back to one that was given already, or there are more than
    /// [`MOST_PAGES`](crate::MOST_PAGES).
    #[error("the pages of {call} do not end, {pages} were read; narrow the list with a filter")]
    #[non_exhaustive]
    EndlessList {
        /// Method and path, without the query.
        call: Box<str>,
        /// How many pages were given.
        pages: usize,
    },
    /// The API answered, and not with a success.
    #[error("Kiket's API answered {call} with {status}{}{}; {}",
        message.as_ref().map(|text| format!(" ({text})")).unwrap_or_default(),
        request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default(),
        in_words::advice(*status, details.as_deref()))]
    #[non_exhaustive]
    Status {
        /// Method and path, without the query.
        call: Box<str>,
        /// The HTTP status.
        status: u16,
        /// The error in a word, for example `rate_limited`.
        code: Option<Box<str>>,
        /// What the API said, cut to 300 characters.
        message: Option<Box<str>>,
        /// The exchange, for a look into the platform's logs.
        request_id: Option<Box<str>>,
        /// How long to wait before another try.
        retry_after: Option<Duration>,
        /// What the API says for programs, under its own names: `details`; `errors` of a 422, by
        /// field; `required_scopes` and `missing_scopes` of a 403. None of a body over 8 KiB.
        details: Option<Box<Map<String, Value>>>,
        /// Whether the body is an error as Kiket writes it: JSON with a text `error`. Another is of
        /// something in between, or of another host.
        is_of_kiket: bool,
    },
}

impl Error {
    /// The HTTP status, when there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the API answered that there is no such thing. A 404 of another host, of something in
    /// between, or for want of such a path says nothing about the thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status { status: NOT_FOUND, is_of_kiket, code, .. } => {
                *is_of_kiket && code.as_deref() != Some(NO_ROUTE)
            }
            _ => false,
        }
    }

    /// Whether the same call may succeed later: 5xx, 429, 408, no answer in time, no connection, or
    /// too little time for it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Status { status, .. } => {
                *status == REQUEST_TIMEOUT || Meaning::of(*status) == Meaning::Retryable
            }
            Self::Transport(_) | Self::Timeout { .. } | Self::Deadline { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn from_answer(call: &Call, answer: &Answer) -> Self {
        let mut body: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
        let header = |name| answer.headers.get(name)?.to_str().ok();
        let asked = header(RETRY_AFTER.as_str())
            .and_then(|wait| retry::retry_after(wait, Timestamp::now()))
            .or(body.retry_after.as_u64().map(Duration::from_secs));
        Self::Status {
            call: call.name(),
            status: answer.status.as_u16(),
            code: body.code.as_str().map(bounded),
            message: body.message().map(bounded),
            request_id: body.request_id.as_str().or(header(REQUEST_ID)).map(bounded),
            retry_after: asked,
            is_of_kiket: body.error.is_string(),
            details: (answer.body.len() <= LARGEST_DETAILS).then(|| body.details()).flatten(),
        }
    }
}

/// What an error's body may say, whoever wrote it: Kiket, or a proxy with a problem of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    error: Value,
    message: Value,
    detail: Value,
    title: Value,
    code: Value,
    request_id: Value,
    retry_after: Value,
    details: Value,
    errors: Value,
    required_scopes: Value,
    missing_scopes: Value,
}

impl Said {
    fn message(&self) -> Option<&str> {
        let Self { error, message, detail, title, .. } = self;
        [error, &error["message"], message, detail, title].into_iter().find_map(Value::as_str)
    }

    /// The facts, taken out.
    fn details(&mut self) -> Option<Box<Map<String, Value>>> {
        let Self { details, errors, required_scopes, missing_scopes, .. } = self;
        let named = [
            ("details", details),
            ("errors", errors),
            ("required_scopes", required_scopes),
            (MISSING_SCOPES, missing_scopes),
        ];
        let said = named.into_iter().filter(|(_, fact)| !fact.is_null());
        let said: Map<_, _> = said.map(|(name, fact)| (name.to_owned(), fact.take())).collect();
        (!said.is_empty()).then(|| said.into())
    }
}

fn bounded(text: &str) -> Box<str> {
    text.chars().take(LONGEST_TEXT).collect()
}

/// The longer texts of errors.
mod in_words {
    use super::*;

    pub(super) fn timeout(call: &str, timeout: Duration, is_queued: bool) -> String {
        let seconds = timeout.as_secs_f32();
        if is_queued {
            return format!(
                "{call} got none of the client's connections within {seconds} seconds; make fewer \
                 calls at once, or try again later"
            );
        }
        format!("Kiket's API did not answer {call} within {seconds} seconds; try again later")
    }

    pub(super) fn deadline(call: &str, left: Duration, is_queued: bool) -> String {
        const ADVICE: &str = "call earlier, or from work in the background";
        if left.is_zero() {
            return format!("the handler's time was over before {call} began; {ADVICE}");
        }
        let place = if is_queued {
            format!(", while it waited for one of the client's {MOST_CONNECTIONS} connections")
        } else {
            String::new()
        };
        let seconds = left.as_secs_f32();
        format!("the handler's time ended {seconds} seconds after {call} began{place}; {ADVICE}")
    }

    pub(super) fn advice(status: u16, details: Option<&Map<String, Value>>) -> String {
        let text = match status {
            300..=399 => "redirects are not followed: check the API's address",
            401 => "the token or key is not valid, or no longer",
            FORBIDDEN => {
                let missing = details.and_then(|details| details.get(MISSING_SCOPES)?.as_array());
                let missing: Vec<_> =
                    missing.into_iter().flatten().filter_map(Value::as_str).collect();
                let scope = match &missing[..] {
                    [] => "the scope".into(),
                    missing => bounded(&format!("`{}`", missing.join("`, `"))),
                };
                return format!("ask for {scope} in the manifest's `permissions`");
            }
            404 => "check the names and ids in it, and the API's address",
            429 => "wait before the next call",
            REQUEST_TIMEOUT | 500..=599 => "try again later",
            _ => "correct the call",
        };
        text.to_owned()
    }
}
