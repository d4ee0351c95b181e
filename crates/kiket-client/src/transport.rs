//! Connections: how a request gets out and a bounded answer comes back.
//!
//! The pool is made at the first call, so a program that makes none reads no certificates. It is
//! lost with the program and nothing in it is worth keeping.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::OnceCell;

use crate::Error;

/// How long a connection may take to open.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a call may take in all, from the connection to the answer's last byte.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// The largest answer that is read, in bytes.
pub const LARGEST_ANSWER: usize = 1024 * 1024;

/// How long one exchange may take and how large its answer may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) largest: usize,
}

impl Bounds {
    /// Those of every call that has none of its own.
    pub(crate) const USUAL: Self = Self { timeout: TIMEOUT, largest: LARGEST_ANSWER };
}

/// The way to one address.
pub(crate) struct Transport {
    is_https: bool,
    pool: OnceCell<Pool>,
}

enum Pool {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Secure(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Transport {
    pub(crate) fn new(is_https: bool) -> Self {
        Self { is_https, pool: OnceCell::new() }
    }

    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        bounds: Bounds,
    ) -> Result<Answer, Error> {
        let Bounds { timeout, largest } = bounds;
        let exchange = self.exchange(request, largest);
        tokio::time::timeout(timeout, exchange).await.map_err(|_| Error::Timeout { timeout })?
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        largest: usize,
    ) -> Result<Answer, Error> {
        let pool = self.pool.get_or_try_init(async || Pool::new(self.is_https)).await?;
        let (head, body) = pool.request(request).await?.into_parts();
        let body = Limited::new(body, largest).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Error::TooLarge { largest }
            } else {
                Error::Transport(error)
            }
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}

impl Pool {
    fn new(is_https: bool) -> Result<Self, Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        if !is_https {
            return Ok(Self::Plain(pooled(connector)));
        }
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(Error::Roots)?
            .https_only()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self::Secure(pooled(connector)))
    }

    async fn request(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Error> {
        match self {
            Self::Plain(client) => client.request(request).await,
            Self::Secure(client) => client.request(request).await,
        }
        .map_err(|error| Error::Transport(error.into()))
    }
}

fn pooled<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)
}
