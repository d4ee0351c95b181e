//! How a connection to the API is opened.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Uri;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::sync::{OnceCell, OwnedSemaphorePermit};
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;
use tower_service::Service;

use crate::Error;
use crate::origin::Origin;

/// How long a connection may take to open, its handshake included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The way to one address.
pub(crate) struct Way {
    pub(crate) origin: Origin,
    /// Made at the first call, so that a program that makes none reads no certificates.
    connector: OnceCell<Connector>,
}

/// Opens connections, with TLS unless the API is on this machine.
enum Connector {
    Plain(HttpConnector),
    Secure(HttpsConnector<HttpConnector>),
}

/// An open connection. Dropping it closes its socket at once.
pub(crate) struct Connection {
    pub(crate) sender: SendRequest<Full<Bytes>>,
    _task: AbortOnDropHandle<()>,
}

impl Way {
    pub(crate) fn new(origin: Origin) -> Self {
        Self { origin, connector: OnceCell::new() }
    }

    /// A new connection, which holds the permit until its socket is closed.
    pub(crate) async fn open(&self, permit: OwnedSemaphorePermit) -> Result<Connection, Error> {
        let is_https = self.origin.is_https();
        let connector = self.connector.get_or_try_init(|| Connector::new(is_https)).await?;
        let connect = connector.connect(self.origin.uri().clone(), permit);
        tokio::time::timeout(CONNECT_TIMEOUT, connect)
            .await
            .map_err(|elapsed| Error::Transport(elapsed.into()))?
    }
}

impl Connector {
    async fn new(is_https: bool) -> Result<Self, Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        if !is_https {
            return Ok(Self::Plain(connector));
        }
        connector.enforce_http(false);
        // They stand in files, hundreds of them on some machines.
        let with_roots = spawn_blocking(|| {
            HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
        });
        let with_roots = with_roots.await.map_err(io::Error::other).flatten();
        let connector =
            with_roots.map_err(Error::Roots)?.https_only().enable_http1().wrap_connector(connector);
        Ok(Self::Secure(connector))
    }

    async fn connect(&self, uri: Uri, permit: OwnedSemaphorePermit) -> Result<Connection, Error> {
        match self {
            Self::Plain(connector) => {
                let stream = connector.clone().call(uri).await;
                speak(stream.map_err(|error| Error::Transport(error.into()))?, permit).await
            }
            Self::Secure(connector) => {
                speak(connector.clone().call(uri).await.map_err(Error::Transport)?, permit).await
            }
        }
    }
}

async fn speak<S>(stream: S, permit: OwnedSemaphorePermit) -> Result<Connection, Error>
where
    S: Read + Write + Send + Unpin + 'static,
{
    let (sender, connection) =
        http1::handshake(stream).await.map_err(|error| Error::Transport(error.into()))?;
    let task = tokio::spawn(async move {
        // Whoever waits for an answer is told of the failure.
        let _ = connection.await;
        drop(permit);
    });
    Ok(Connection { sender, _task: AbortOnDropHandle::new(task) })
}
