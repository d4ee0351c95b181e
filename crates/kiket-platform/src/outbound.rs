//! Outbound calls: the one client that deliveries leave by.
//!
//! Only public addresses over TLS are reached, and networks that are allowed, those also without. A URL is
//! checked when it is configured; the address that its host resolves to is checked again at each
//! connection, and the connection goes to the very address that was checked. Redirects are not
//! followed: the client has no code for them.

pub(crate) mod address;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::http::uri::Scheme;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use address::{AddressError, AddressPolicy};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

type Connector = HttpConnector<CheckedResolver>;

/// The client that deliveries leave by. The machine's root certificates are read at the first
/// delivery over TLS, so that a platform that makes none needs none.
pub(crate) struct Outbound {
    policy: AddressPolicy,
    plain: Client<Connector, Full<Bytes>>,
    secure: OnceLock<Client<HttpsConnector<Connector>, Full<Bytes>>>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the machine's root certificates can not be read: {0}")]
    Roots(#[from] std::io::Error),
    #[error(transparent)]
    Exchange(#[from] hyper_util::client::legacy::Error),
}

impl SendError {
    /// Whether not even a connection could be made.
    pub(crate) fn is_connect(&self) -> bool {
        matches!(self, Self::Exchange(error) if error.is_connect())
    }
}

impl Outbound {
    pub(crate) fn new(policy: AddressPolicy) -> Self {
        let plain = pooled(connector(&policy, false));
        Self { policy, plain, secure: OnceLock::new() }
    }

    /// Whether deliveries may go to this URL, as far as can be told without resolving its host.
    pub(crate) fn check(&self, url: &str) -> Result<url::Url, AddressError> {
        self.policy.check_url(url)
    }

    /// Sends one request to a URL that [`Outbound::check`] has let through.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, SendError> {
        if request.uri().scheme() == Some(&Scheme::HTTP) {
            return Ok(self.plain.request(request).await?);
        }
        let secure = match self.secure.get() {
            Some(secure) => secure,
            None => {
                let made = self.connect_securely()?;
                self.secure.get_or_init(|| made)
            }
        };
        Ok(secure.request(request).await?)
    }

    fn connect_securely(&self) -> std::io::Result<Client<HttpsConnector<Connector>, Full<Bytes>>> {
        let mut http = connector(&self.policy, true);
        http.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_only()
            .enable_http1()
            .wrap_connector(http);
        Ok(pooled(https))
    }
}

fn connector(policy: &AddressPolicy, encrypted: bool) -> Connector {
    let resolver = CheckedResolver { policy: policy.clone(), encrypted };
    let mut http = HttpConnector::new_with_resolver(resolver);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    http.set_nodelay(true);
    http
}

fn pooled<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_timer(TokioTimer::new())
        .build(connector)
}

/// Resolves a host and lets only permitted addresses through to the connector.
#[derive(Clone)]
struct CheckedResolver {
    policy: AddressPolicy,
    encrypted: bool,
}

impl tower_service::Service<Name> for CheckedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, host: Name) -> Self::Future {
        let Self { policy, encrypted } = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let (permitted, refused): (Vec<_>, Vec<_>) =
                found.partition(|address| policy.permits(address.ip(), encrypted));
            match refused.first() {
                Some(_) if permitted.is_empty() && !encrypted => {
                    Err(AddressError::NotEncrypted { host: host.to_string() }.into())
                }
                Some(address) if permitted.is_empty() => {
                    Err(AddressError::NotPublic { address: address.ip() }.into())
                }
                _ => Ok(permitted.into_iter()),
            }
        })
    }
}
