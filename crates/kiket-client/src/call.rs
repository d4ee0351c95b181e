//! What a call sends, the same in every attempt.

use std::io;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use kiket_contract::route::{InvalidSegment, segment};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::origin::Origin;

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("kiket-sdk-rust/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How many headers a call has, credentials, key and version included.
const USUAL_HEADERS: usize = 8;

/// One call, before its credentials.
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    path: String,
    query: String,
    body: Option<Bytes>,
    /// The hash of what the body says, where a part of it is about the call itself.
    content: Option<[u8; 32]>,
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
        let mut digest = Sha256::new();
        serde_json::to_writer(Digested(&mut digest), content).map_err(Error::Encode)?;
        self.content = Some(digest.finalize().into());
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
        let mut digest = Sha256::new();
        for part in [self.method.as_str(), &self.path, &self.query] {
            digest.update(part);
            digest.update([0]);
        }
        match (&self.content, &self.body) {
            (Some(content), _) => digest.update(content),
            (None, Some(body)) => digest.update(body),
            (None, None) => {}
        }
        digest.finalize().into()
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The request, without credentials and key.
    pub(crate) fn request(&self, origin: &Origin) -> Result<Request<Full<Bytes>>, Error> {
        let target = format!("{}{}", self.path, self.query);
        let body = self.body.clone().map(Full::new).unwrap_or_default();
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::try_from(target).map_err(|_| Error::InvalidPath)?;
        let headers = request.headers_mut();
        headers.reserve(USUAL_HEADERS);
        headers.insert(HOST, origin.host().clone());
        headers.insert(USER_AGENT, AGENT);
        headers.insert(ACCEPT, JSON);
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        Ok(request)
    }
}

/// Feeds a digest with what is written.
struct Digested<'a>(&'a mut Sha256);

impl io::Write for Digested<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.update(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
