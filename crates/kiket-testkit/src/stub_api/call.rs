//! One call, as it came.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use kiket_contract::header;
use kiket_contract::id::DeliveryId;
use serde_json::Value;
use url::form_urlencoded;

use super::token;

/// How much of a body is shown, in characters.
const SHOWN: usize = 200;

/// A call that a [`StubApi`](crate::StubApi) recorded.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) status: Option<u16>,
}

impl Call {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as it was sent, still percent-encoded, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as it was sent.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// One value of the query, decoded.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query.as_deref().unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON; `null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The status it was answered with; none when it was never answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The delivery whose handler made the call, by its runtime token.
    #[must_use]
    pub fn delivery_id(&self) -> Option<DeliveryId> {
        token::claims(self)?.did
    }

    /// The key that makes a repeat of the call the same call.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.header(header::IDEMPOTENCY_KEY)
    }

    /// Method, path, query and body in one line, without the values of secrets.
    pub(crate) fn line(&self) -> String {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let body = match self.json() {
            _ if self.body.is_empty() => String::new(),
            _ if self.path.contains("/secrets") => " {…}".to_owned(),
            Value::Null => format!(" ({} bytes)", self.body.len()),
            json => format!(" {}", json.to_string().chars().take(SHOWN).collect::<String>()),
        };
        format!("{} {}{query}{body}", self.method, self.path)
    }
}

/// The call in one line, with its answer's status.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())?;
        match self.status {
            Some(status) => write!(f, " -> {status}"),
            None => f.write_str(" -> no answer"),
        }
    }
}

/// As `Display`: headers may carry tokens.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was called, one call a line.
pub(crate) struct Listed<'a>(pub(crate) &'a [Call]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("called: nothing");
        }
        f.write_str("called:")?;
        self.0.iter().try_for_each(|call| write!(f, "\n  {call}"))
    }
}
