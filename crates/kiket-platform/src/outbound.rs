//! Outbound calls: the one client that deliveries leave by.
//!
//! Only public addresses over TLS are reached, and networks that are allowed, those also without. A
//! URL is checked when it is configured; the address that its host resolves to is checked again at
//! each connection, and the connection goes to the very address that was checked. Redirects are not
//! followed: the client has no code for them.
//!
//! With an egress proxy the proxy makes the connection, and is asked for the checked address, not
//! for the name: otherwise it could resolve the name to another one. TLS still wants the name.

pub(crate) mod address;
mod connector;
mod proxy;
mod resolver;

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::http::uri::Scheme;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kiket_contract::secret::Secret;

use crate::error::Error;
use address::{AddressError, AddressPolicy};
use connector::Connector;
use proxy::Proxy;
use resolver::{CheckedResolver, Lookup, Refused};

const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The client that deliveries leave by. The machine's root certificates are read at the first
/// delivery over TLS, so that a platform that makes none needs none.
pub(crate) struct Outbound {
    policy: AddressPolicy,
    lookup: Lookup,
    proxy: Option<Proxy>,
    plain: Client<Connector, Full<Bytes>>,
    secure: OnceLock<Client<HttpsConnector<Connector>, Full<Bytes>>>,
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the machine's root certificates can not be read: {0}")]
    Roots(#[from] std::io::Error),
    #[error("{0}")]
    Refused(#[source] Refused),
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
    pub(crate) fn new(policy: AddressPolicy, proxy: Option<&Secret>) -> Result<Self, Error> {
        let proxy = proxy.map(Proxy::parse).transpose()?;
        Ok(Self::with(policy, Lookup::System, proxy))
    }

    fn with(policy: AddressPolicy, lookup: Lookup, proxy: Option<Proxy>) -> Self {
        let resolver = CheckedResolver::new(policy.clone(), lookup.clone(), false);
        let plain = pooled(Connector::new(resolver, proxy.clone()));
        Self { policy, lookup, proxy, plain, secure: OnceLock::new() }
    }

    /// Whether deliveries may go to this URL, as far as can be told without resolving its host.
    pub(crate) fn check(&self, url: &str) -> Result<url::Url, AddressError> {
        self.policy.check_url(url)
    }

    /// Sends one request to a URL that [`Outbound::check`] has let through.
    pub(crate) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, SendError> {
        if request.uri().scheme() == Some(&Scheme::HTTP) {
            if let Some(proxy) = &self.proxy {
                proxy
                    .address(&mut request, &self.resolver(false))
                    .await
                    .map_err(SendError::Refused)?;
            }
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

    fn resolver(&self, encrypted: bool) -> CheckedResolver {
        CheckedResolver::new(self.policy.clone(), self.lookup.clone(), encrypted)
    }

    fn connect_securely(&self) -> std::io::Result<Client<HttpsConnector<Connector>, Full<Bytes>>> {
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_only()
            .enable_http1()
            .wrap_connector(Connector::new(self.resolver(true), self.proxy.clone()));
        Ok(pooled(https))
    }
}

fn pooled<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_timer(TokioTimer::new())
        .build(connector)
}

#[cfg(test)]
mod tests;
