//! What a call sends, the same in every attempt.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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
    /// Whether it waits for one of the client's connections.
    is_queued: AtomicBool,
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
        Self {
            method,
            path,
            query: String::new(),
            body: None,
            content: None,
            repeats,
            is_queued: AtomicBool::new(false),
        }
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
        let content = serde_json::to_vec(content).map_err(Error::Encode)?;
        self.content = Some(Sha256::digest(content).into());
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

    /// Method and path, for an error. A query may hold a key, or what nobody else is to read.
    pub(crate) fn name(&self) -> Box<str> {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method).into()
    }

    /// Waits for a place, so that whoever ends the call knows what it waited for.
    pub(crate) async fn queue<T>(&self, place: impl Future<Output = T>) -> T {
        self.is_queued.store(true, Ordering::Relaxed);
        let place = place.await;
        self.is_queued.store(false, Ordering::Relaxed);
        place
    }

    /// The call took longer than it may.
    pub(crate) fn late(&self, timeout: Duration) -> Error {
        Error::Timeout { call: self.name(), timeout, is_queued: self.is_queued() }
    }

    /// The call had this much of its handler's time, and has not ended.
    pub(crate) fn past_deadline(&self, left: Duration) -> Error {
        Error::Deadline { call: self.name(), left, is_queued: self.is_queued() }
    }

    fn is_queued(&self) -> bool {
        self.is_queued.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_late_call_says_whether_it_waited_for_a_connection_and_nothing_of_its_query() {
        let second = Duration::from_secs(1);
        let call = Call::new(Method::GET, "/api/v1/x?key=sesame".to_owned());
        let place = call.queue(std::future::pending::<()>());
        assert!(tokio::time::timeout(second, place).await.is_err());
        assert_eq!(
            call.late(second).to_string(),
            "GET /api/v1/x got none of the client's connections within 1 seconds; make fewer calls at \
             once, or try again later"
        );
        call.queue(async {}).await;
        assert_eq!(
            call.late(second).to_string(),
            "Kiket's API did not answer GET /api/v1/x within 1 seconds; try again later"
        );
    }
}
