//! Why a call failed.

use std::time::Duration;

use hyper::header::RETRY_AFTER;
use jiff::Timestamp;
use kiket_contract::header::REQUEST_ID;
use kiket_contract::retry::{self, Meaning};
use kiket_contract::route::{InvalidSegment, JWKS};
use serde::Deserialize;
use serde_json::Value;

use crate::transport::Answer;

/// How much of an answer's own text is kept, in characters.
const LONGEST_TEXT: usize = 300;
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
    #[error("Kiket's API did not answer within {} seconds; try again later", timeout.as_secs_f32())]
    Timeout {
        /// How long it may take.
        timeout: Duration,
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
    #[error("what Kiket's API answered is not what this call answers; check the API's address")]
    UnexpectedAnswer,
    /// The API answered, and not with a success.
    #[error("Kiket's API answered {status}{}{}; {}",
        message.as_ref().map(|text| format!(" ({text})")).unwrap_or_default(),
        request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default(),
        advice(*status))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The error in a word, for example `rate_limited`.
        code: Option<String>,
        /// What the API said, cut to 300 characters.
        message: Option<String>,
        /// The exchange, for a look into the platform's logs.
        request_id: Option<String>,
        /// How long to wait before another try.
        retry_after: Option<Duration>,
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

    /// Whether the API answered that there is no such thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(NOT_FOUND)
    }

    /// Whether the same call may succeed later: 5xx, 429, 408, no answer in time, no connection.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Status { status, .. } => {
                *status == REQUEST_TIMEOUT || Meaning::of(*status) == Meaning::Retryable
            }
            Self::Transport(_) | Self::Timeout { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn from_answer(answer: &Answer) -> Self {
        let body: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
        let header = |name| answer.headers.get(name)?.to_str().ok();
        let asked = header(RETRY_AFTER.as_str())
            .and_then(|wait| retry::retry_after(wait, Timestamp::now()))
            .or(body.retry_after.as_u64().map(Duration::from_secs));
        Self::Status {
            status: answer.status.as_u16(),
            code: body.code.as_str().map(bounded),
            message: body.message().map(bounded),
            request_id: body.request_id.as_str().or(header(REQUEST_ID)).map(bounded),
            retry_after: asked,
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
}

impl Said {
    fn message(&self) -> Option<&str> {
        let Self { error, message, detail, title, .. } = self;
        [error, &error["message"], message, detail, title].into_iter().find_map(Value::as_str)
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "redirects are not followed: check the API's address",
        401 => "the token or key is not valid, or no longer",
        403 => "ask for the scope in the manifest's `permissions`",
        404 => "check the names and ids in it, and the API's address",
        429 => "wait before the next call",
        REQUEST_TIMEOUT | 500..=599 => "try again later",
        _ => "correct the call",
    }
}
