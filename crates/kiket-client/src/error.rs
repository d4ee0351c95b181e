//! Why a call failed.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::RETRY_AFTER;
use jiff::Timestamp;
use kiket_contract::header::REQUEST_ID;
use kiket_contract::response::ErrorBody;
use kiket_contract::retry::{self, Meaning};
use kiket_contract::route::JWKS;

use crate::transport::Answer;

/// How much of an answer's own text is kept, in characters.
const LONGEST_TEXT: usize = 300;
const REQUEST_TIMEOUT: u16 = 408;

/// Why a call failed. No text shows a token or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the API can not be used.
    #[error("the address of Kiket's API {0}")]
    InvalidBaseUrl(&'static str),
    /// The delivery brought no runtime token, so nothing can be called in its name.
    #[error("there is no runtime token; calls work inside the handler of a delivery that has one")]
    NoRuntimeToken,
    /// A text can not be sent as this header.
    #[error("the value of the header `{0}` has characters that a header can not carry")]
    InvalidHeader(&'static str),
    /// A text can not be the key of a secret.
    #[error("a secret's key is 1 to 128 letters, digits, dots, dashes and underscores; rename it")]
    InvalidKey,
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
    #[error("Kiket's API did not answer within {} seconds; try again later", timeout.as_secs())]
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
        let body: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
        let (message, code, id) = body.map_or((None, None, None), |body| {
            (Some(bounded(&body.error)), body.code.as_deref().map(bounded), body.request_id)
        });
        Self::Status {
            status: answer.status.as_u16(),
            code,
            message,
            request_id: id.as_deref().or(text(&answer.headers, REQUEST_ID)).map(bounded),
            retry_after: text(&answer.headers, RETRY_AFTER.as_str())
                .and_then(|wait| retry::retry_after(wait, Timestamp::now())),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "redirects are not followed: check the API's address",
        401 => "the runtime token is not valid, or no longer",
        403 => "ask for the scope in the manifest's `permissions`",
        404 => "check the extension's id and the API's address",
        429 => "wait before the next call",
        REQUEST_TIMEOUT | 500..=599 => "try again later",
        _ => "correct the call",
    }
}
