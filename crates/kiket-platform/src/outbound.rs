//! Outbound calls: the one client that deliveries leave by.
//!
//! Only public addresses over TLS are reached, unless a network is allowed by name. A URL is
//! checked when it is configured; the address that its host resolves to is checked again at each
//! connection, and the connection goes to the very address that was checked. Redirects are not
//! followed: the client has no code for them.

pub(crate) mod address;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use address::{AddressError, AddressPolicy};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The client that deliveries leave by.
#[derive(Clone)]
pub(crate) struct Outbound {
    policy: AddressPolicy,
    client: Client<HttpsConnector<HttpConnector<CheckedResolver>>, Full<Bytes>>,
}

impl Outbound {
    pub(crate) fn new(policy: AddressPolicy) -> std::io::Result<Self> {
        let mut http = HttpConnector::new_with_resolver(CheckedResolver(policy.clone()));
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .build(https);
        Ok(Self { policy, client })
    }

    /// Whether deliveries may go to this URL, as far as can be told without resolving its host.
    pub(crate) fn check(&self, url: &str) -> Result<url::Url, AddressError> {
        self.policy.check_url(url)
    }

    /// Sends one request to a URL that [`Outbound::check`] has let through.
    pub(crate) async fn send(
        &self,
        request: hyper::Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, ClientError> {
        self.client.request(request).await
    }
}

/// Resolves a host and lets only permitted addresses through to the connector.
#[derive(Clone)]
struct CheckedResolver(AddressPolicy);

impl tower_service::Service<Name> for CheckedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, host: Name) -> Self::Future {
        let policy = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let (permitted, refused): (Vec<_>, Vec<_>) =
                found.partition(|address| policy.permits(address.ip()));
            match refused.first() {
                Some(address) if permitted.is_empty() => {
                    Err(AddressError::NotPublic { address: address.ip() }.into())
                }
                _ => Ok(permitted.into_iter()),
            }
        })
    }
}
