//! How a call gets to the platform and a bounded answer comes back.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use kiket_contract::header::IDEMPOTENCY_KEY;
use kiket_contract::secret::Secret;
use tokio::time::timeout;

use super::{Call, Error};
use crate::https::{self, Client};
use crate::settings::Origin;

/// How long a call may take in all. Guards and actions take ten seconds of it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The most bytes of an answer: a page of deliveries with their attempts.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("kiket-cli/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The connections to one platform. No redirect is followed.
pub(super) struct Transport {
    url: Origin,
    client: Client,
}

/// What goes with a call.
#[derive(Default)]
pub(super) struct Sent<'a> {
    /// What opens it, unless it is open to all.
    pub(super) token: Option<&'a Secret>,
    /// What makes it one call however often it is sent.
    pub(super) key: Option<&'a str>,
    pub(super) body: Bytes,
}

/// What came back, whole.
pub(super) struct Whole {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Transport {
    pub(super) fn new(url: Origin) -> Result<Self, Error> {
        let client = https::client(url.is_https()).map_err(Error::Roots)?;
        Ok(Self { url, client })
    }

    /// What a call of this path is called.
    pub(super) fn name(&self, method: Method, path: &str) -> Call {
        Call { method, url: format!("{}{path}", self.url) }
    }

    /// Makes a call and reads its answer.
    pub(super) async fn exchange(&self, call: &Call, sent: Sent<'_>) -> Result<Whole, Error> {
        let exchange = async {
            let response = self.request(call, sent).await?;
            self.read(call, response).await
        };
        timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err(late(call)))
    }

    /// Makes a call and waits for the beginning of its answer.
    pub(super) async fn send(
        &self,
        call: &Call,
        sent: Sent<'_>,
    ) -> Result<Response<Incoming>, Error> {
        let answer = timeout(TIMEOUT, self.request(call, sent)).await;
        answer.unwrap_or_else(|_| Err(late(call)))
    }

    /// Reads an answer to its end.
    pub(super) async fn read(
        &self,
        call: &Call,
        response: Response<Incoming>,
    ) -> Result<Whole, Error> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| {
            let reason = innermost(&*error);
            Error::Unreachable { call: call.clone(), reason }
        })?;
        Ok(Whole { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    async fn request(
        &self,
        call: &Call,
        Sent { token, key, body }: Sent<'_>,
    ) -> Result<Response<Incoming>, Error> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.url)
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, JSON);
        if let Some(token) = token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| Error::NoToken { url: self.url.to_string() })?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, JSON);
        }
        let request = request.body(Full::new(body)).map_err(|error| Error::Unreachable {
            call: call.clone(),
            reason: error.to_string(),
        })?;
        self.client.request(request).await.map_err(|error| {
            let reason = error.source().map_or_else(|| error.to_string(), innermost);
            Error::Unreachable { call: call.clone(), reason }
        })
    }
}

fn late(call: &Call) -> Error {
    Error::Late { call: call.clone(), seconds: TIMEOUT.as_secs() }
}

/// The innermost reason of a failure, which is the one that tells something.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
