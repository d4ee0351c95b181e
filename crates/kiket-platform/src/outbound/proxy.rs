//! The HTTP proxy that deliveries may leave by.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::http::uri::{Authority, Scheme};
use hyper::{Request, Uri};
use kiket_contract::secret::Secret;
use percent_encoding::percent_decode_str;
use url::Url;

use super::resolver::{CheckedResolver, Refused};
use crate::error::Error;

/// The proxy that deliveries leave by.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) uri: Uri,
    /// What it wants to see, when its URL has a user name.
    pub(super) credentials: Option<HeaderValue>,
}

impl Proxy {
    /// Reads the proxy's URL. None of the errors shows it: it may hold a password.
    pub(super) fn parse(text: &Secret) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::EgressProxy(reason.to_owned());
        let url = Url::parse(text.expose()).map_err(|reason| wrong(&reason.to_string()))?;
        let authority = match (url.scheme(), url.host_str()) {
            ("http", Some(host)) => format!("{host}:{}", url.port().unwrap_or(80)),
            _ => return Err(wrong("write http://host:port; the proxy is spoken to in plain HTTP")),
        };
        if url.path() != "/" || url.query().is_some() {
            return Err(wrong("its URL has a path: write http://host:port"));
        }
        let uri = Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query("/");
        let uri = uri.build().map_err(|reason| wrong(&reason.to_string()))?;
        Ok(Self { uri, credentials: credentials(&url)? })
    }

    /// Readies a plain request for the proxy: its target becomes an address that has been checked.
    pub(super) async fn address(
        &self,
        request: &mut Request<Full<Bytes>>,
        resolver: &CheckedResolver,
    ) -> Result<(), Refused> {
        let named = request.uri().authority().cloned().ok_or("the URL has no host")?;
        *request.uri_mut() = checked(request.uri(), resolver).await?;
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::try_from(named.as_str())?);
        if let Some(credentials) = &self.credentials {
            headers.insert(PROXY_AUTHORIZATION, credentials.clone());
        }
        Ok(())
    }
}

/// The same URI with an address that has been checked in place of the host.
pub(super) async fn checked(uri: &Uri, resolver: &CheckedResolver) -> Result<Uri, Refused> {
    let host = uri.host().ok_or("the URL has no host")?;
    let port = uri.port_u16().unwrap_or(if resolver.encrypted { 443 } else { 80 });
    let addresses: Vec<SocketAddr> = resolver.resolve(host, port).await?;
    let address = addresses.first().ok_or("the host has no address")?;
    let mut parts = uri.clone().into_parts();
    parts.authority = Some(Authority::try_from(address.to_string())?);
    Ok(Uri::from_parts(parts)?)
}

fn credentials(url: &Url) -> Result<Option<HeaderValue>, Error> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let user = decoded(url.username());
    let pair = [&user[..], b":", &decoded(url.password().unwrap_or_default())].concat();
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|_| Error::EgressProxy("its credentials can not be sent".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
