//! Connections by http and https, trusting what this machine trusts.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes calls. No redirect is followed.
pub(crate) type Client = Pool<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client for addresses of this kind.
///
/// # Errors
/// When the machine's root certificates can not be read.
pub(crate) fn client(is_https: bool) -> io::Result<Client> {
    let provider = rustls::crypto::ring::default_provider();
    let builder = HttpsConnectorBuilder::new();
    let builder = if is_https {
        builder.with_provider_and_native_roots(provider)?
    } else {
        // What is called without TLS needs no certificates for it.
        let config = ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let roots = RootCertStore::empty();
        builder.with_tls_config(config.with_root_certificates(roots).with_no_client_auth())
    };
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector.enforce_http(false);
    let connector = builder.https_or_http().enable_http1().wrap_connector(connector);
    Ok(Pool::builder(TokioExecutor::new()).build(connector))
}
