//! What a call sends, the same in every attempt.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::http::request::Builder;
use kiket_contract::route::{InvalidSegment, segment};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

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
    /// What the body says, where a part of it is about the call itself.
    content: Option<Bytes>,
    repeats: Repeats,
}

/// What it is to make a call a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// It reads.
    Reads,
    /// It puts the same value in the same place.
    Replaces,
    /// It does one thing more.
    Adds,
}

impl Call {
    /// A call of this path, which is percent-encoded already.
    pub(crate) fn new(method: Method, path: String) -> Self {
        let repeats = match method {
            Method::POST => Repeats::Adds,
            _ if method.is_safe() => Repeats::Reads,
            _ => Repeats::Replaces,
        };
        Self { method, path, query: String::new(), body: None, content: None, repeats }
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

    /// Says what the call is about, without what its body says of the moment it is made.
    pub(crate) fn about(mut self, content: &impl Serialize) -> Result<Self, Error> {
        self.content = Some(serde_json::to_vec(content).map_err(Error::Encode)?.into());
        Ok(self)
    }

    /// A `POST` that replaces what is there.
    pub(crate) fn replacing(mut self) -> Self {
        self.repeats = Repeats::Replaces;
        self
    }

    pub(crate) fn repeats(&self) -> Repeats {
        self.repeats
    }

    /// What is called with which body.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let content = self.content.as_ref().or(self.body.as_ref());
        let mut digest = Sha256::new();
        for part in [self.method.as_str(), &self.path, &self.query] {
            digest.update(part);
            digest.update([0]);
        }
        digest.update(content.map_or(&[][..], |content| content));
        digest.finalize().into()
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn body(&self) -> Full<Bytes> {
        self.body.clone().map(Full::new).unwrap_or_default()
    }

    /// The beginning of the request, without credentials, key and body.
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
        request
    }
}
