//! What a call of the platform can meet: what happened, where, and what to do.

use std::fmt::{self, Write as _};
use std::io;

use hyper::StatusCode;
use kiket_contract::header;
use kiket_contract::response::ErrorBody;
use serde_json::Value;

use super::Call;
use super::transport::Whole;
use crate::exit::Exit;
use crate::printer::printable;
use crate::settings::{ADMIN_TOKEN, Source};

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "there is no token for {url}; log in with `kiket auth login`, set {ADMIN_TOKEN}, or give \
         --token-file"
    )]
    NoToken { url: String },
    #[error("there is no token for this at {url}; set {variable}, or give --token-file")]
    NoTokenOfKind { url: String, variable: &'static str },
    #[error("the machine's root certificates can not be read")]
    Roots(#[source] io::Error),
    #[error("what is to be sent can not be written as JSON")]
    Encode(#[source] serde_json::Error),
    #[error(
        "can not reach the platform: {reason}\n  call     {call}\n  help     check that it runs and \
         that this is its address; `kiket auth status` says where the address comes from"
    )]
    Unreachable { call: Call, reason: String },
    #[error(
        "the platform has not answered within {seconds} s\n  call     {call}\n  help     what was \
         asked for may have happened: look before you repeat it"
    )]
    Late { call: Call, seconds: u64 },
    #[error(
        "the answer is not understood: {reason}\n  call     {call}\n  help     check that a Kiket of \
         this version answers there"
    )]
    NotUnderstood { call: Call, reason: String },
    #[error("{0}")]
    Refused(Box<Refusal>),
}

/// An answer that is not a success, in the platform's own words.
#[derive(Debug)]
pub(crate) struct Refusal {
    call: Call,
    status: u16,
    /// What the platform says; nothing when something else has answered.
    body: Option<ErrorBody>,
    request_id: Option<String>,
    token_from: Source,
}

impl Error {
    /// An answer that is not a success.
    pub(super) fn refused(call: Call, answer: &Whole, token_from: &Source) -> Self {
        let body = serde_json::from_slice::<ErrorBody>(&answer.body).ok();
        let named = answer.headers.get(header::REQUEST_ID);
        let named = named.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let request_id = body.as_ref().and_then(|body| body.request_id.clone()).or(named);
        let (status, token_from) = (answer.status.as_u16(), token_from.clone());
        Self::Refused(Box::new(Refusal { call, status, body, request_id, token_from }))
    }

    /// Whether the same call may go well in a while.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.exit(), Exit::Remote) && !matches!(self, Self::NotUnderstood { .. })
    }

    /// Whether what the path names is not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404)
    }

    /// The code that a command ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoToken { .. } | Self::NoTokenOfKind { .. } => Exit::Authentication,
            Self::Encode(_) => Exit::Failed,
            Self::Roots(_)
            | Self::Unreachable { .. }
            | Self::Late { .. }
            | Self::NotUnderstood { .. } => Exit::Remote,
            Self::Refused(refusal) => refusal.exit(),
        }
    }
}

impl Refusal {
    fn exit(&self) -> Exit {
        match self.status {
            401 | 403 => Exit::Authentication,
            400 | 413 | 415 | 422 => Exit::Validation,
            404 | 409 | 410 if self.body.is_some() => Exit::Failed,
            _ => Exit::Remote,
        }
    }

    fn help(&self) -> Option<String> {
        match (&self.body, self.status) {
            (None, _) => Some("no Kiket answers there: check the address".to_owned()),
            (_, 401) => Some(format!(
                "the token is from {}; log in anew with `kiket auth login`, or give another",
                self.token_from
            )),
            (_, 429 | 503) => Some("try again in a while".to_owned()),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status;
        let reason = StatusCode::from_u16(status).ok();
        let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or("no success");
        match &self.body {
            Some(body) => f.write_str(&printable(&body.error))?,
            None => write!(f, "something that is no Kiket answered {status} {reason}")?,
        }
        if let Some(message) = self.body.as_ref().and_then(|body| body.message.as_deref()) {
            write!(f, ": {}", printable(message))?;
        }
        for finding in self.findings() {
            write!(f, "\n  {finding}")?;
        }
        let code = self.body.as_ref().and_then(|body| body.code.as_deref()).unwrap_or(reason);
        write!(f, "\n  call     {}\n  answer   {status} {}", self.call, printable(code))?;
        if let Some(id) = &self.request_id {
            write!(f, "\n  request  {}", printable(id))?;
        }
        match self.help() {
            Some(help) => write!(f, "\n  help     {help}"),
            None => Ok(()),
        }
    }
}

impl Refusal {
    /// The facts that come with the refusal, a line each.
    fn findings(&self) -> Vec<String> {
        let details = self.body.as_ref().and_then(|body| body.details.as_ref());
        match details {
            Some(Value::Object(members)) => members
                .iter()
                .flat_map(|(name, value)| match value {
                    Value::Array(entries) => {
                        entries.iter().map(|entry| fact(name, entry)).collect()
                    }
                    value => vec![fact(name, value)],
                })
                .collect(),
            Some(Value::Array(entries)) => entries.iter().map(|it| fact("", it)).collect(),
            _ => Vec::new(),
        }
    }
}

/// One fact in a line: a finding of the linter with its place, a problem with its field, or as it is.
fn fact(name: &str, value: &Value) -> String {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    let mut line = String::new();
    match (value.get("line"), text("field"), text("message")) {
        (Some(at), _, Some(message)) => {
            let id = text("id").unwrap_or_default();
            _ = write!(line, "line {at}: {message} ({id})");
            if let Some(help) = text("help") {
                _ = write!(line, "; {help}");
            }
        }
        (_, Some(field), Some(message)) => _ = write!(line, "{field}: {message}"),
        _ => match value.as_str() {
            Some(text) => _ = write!(line, "{name}: {text}"),
            None => _ = write!(line, "{name}: {value}"),
        },
    }
    printable(&line)
}
