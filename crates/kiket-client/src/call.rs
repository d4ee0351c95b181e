//! What a call sends, the same in every attempt.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::http::request::Builder;
use kiket_contract::header;
use kiket_contract::route::{InvalidSegment, segment};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::origin::Origin;

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("kiket-sdk-rust/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One call, before its credentials.
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    path: String,
    query: String,
    body: Option<Bytes>,
    /// A write's.
    idempotency_key: Option<String>,
}

impl Call {
    /// A call of this path, which is percent-encoded already.
    pub(crate) fn new(method: Method, path: String) -> Self {
        let is_write = !method.is_safe();
        let idempotency_key = is_write.then(|| Uuid::now_v7().to_string());
        Self { method, path, query: String::new(), body: None, idempotency_key }
    }

    pub(crate) fn to(method: Method, path: Result<String, InvalidSegment>) -> Result<Self, Error> {
        Ok(Self::new(method, path?))
    }

    /// With the members of this object as the query. Nulls are left out, and what is neither text
    /// nor number nor boolean is written as JSON.
    pub(crate) fn query(mut self, query: &impl Serialize) -> Result<Self, Error> {
        let Value::Object(members) = serde_json::to_value(query).map_err(Error::Encode)? else {
            return Ok(self);
        };
        for (name, value) in members {
            let value = match value {
                Value::Null => continue,
                Value::String(text) => text,
                other => other.to_string(),
            };
            self.query.push(if self.query.is_empty() { '?' } else { '&' });
            self.query.push_str(&segment(&name));
            self.query.push('=');
            self.query.push_str(&segment(&value));
        }
        Ok(self)
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        self.body = Some(serde_json::to_vec(body).map_err(Error::Encode)?.into());
        Ok(self)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn body(&self) -> Full<Bytes> {
        self.body.clone().map(Full::new).unwrap_or_default()
    }

    /// The beginning of the request, without credentials and body.
    pub(crate) fn request(&self, origin: &Origin) -> Builder {
        let mut request = hyper::Request::builder()
            .method(self.method.clone())
            .uri(format!("{}{}", self.path, self.query))
            .header(HOST, origin.host().clone())
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, JSON);
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, JSON);
        }
        if let Some(key) = &self.idempotency_key {
            request = request.header(header::IDEMPOTENCY_KEY, key);
        }
        request
    }
}
