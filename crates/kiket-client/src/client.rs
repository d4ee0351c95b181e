//! The client, and the session that one delivery's calls go through.
//!
//! What it promises: a token is sent to the client's own address and nowhere else, and redirects
//! are not followed, so no answer can move it to another host.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Method, Request};
use kiket_contract::header;
use kiket_contract::secret::Secret;
use serde::Serialize;

use crate::Error;
use crate::origin::Origin;
use crate::transport::{Answer, Bounds, Transport};

const AGENT: &str = concat!("kiket-sdk-rust/", env!("CARGO_PKG_VERSION"));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Kiket's API at one address. Clones share its connections, which are opened when first needed.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    origin: Origin,
    transport: Transport,
}

impl Client {
    /// A client of the API at `base_url`: `https://host`, or `http://` on the machine itself.
    ///
    /// ```
    /// use kiket_client::Client;
    ///
    /// assert_eq!(Client::new("https://kiket.dev/")?.base_url(), "https://kiket.dev");
    /// assert!(Client::new("https://kiket.dev/api").is_err());
    /// # Ok::<(), kiket_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidBaseUrl`] when the text is anything but such an origin.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let origin = Origin::parse(base_url)?;
        let transport = Transport::new(origin.is_https());
        Ok(Self(Arc::new(Inner { origin, transport })))
    }

    /// The address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.0.origin.as_str()
    }

    /// The client as one delivery may use it: with its runtime token and its event's version.
    #[must_use]
    pub fn session(
        &self,
        runtime_token: Option<Secret>,
        event_version: impl Into<String>,
    ) -> Session {
        Session { client: self.clone(), runtime_token, event_version: event_version.into() }
    }

    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        bounds: Bounds,
    ) -> Result<Answer, Error> {
        self.0.transport.send(request, bounds).await
    }

    /// The beginning of every request.
    pub(crate) fn request(&self, method: Method, path: &str) -> Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base_url()))
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, JSON)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

/// A [`Client`] with the credentials of one delivery. Its methods are the API's calls.
#[derive(Debug, Clone)]
pub struct Session {
    client: Client,
    runtime_token: Option<Secret>,
    event_version: String,
}

impl Session {
    /// Posts JSON and waits for a success, whatever its body says.
    pub(crate) async fn post(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        let body = serde_json::to_vec(body).map_err(Error::Encode)?;
        let request = self.request(path, body.into())?;
        let answer = self.client.send(request, Bounds::USUAL).await?;
        if answer.status.is_success() { Ok(()) } else { Err(Error::from_answer(&answer)) }
    }

    fn request(&self, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, Error> {
        let token = self.runtime_token.as_ref().filter(|token| !token.is_empty());
        let mut token = value(header::RUNTIME_TOKEN, token.ok_or(Error::NoRuntimeToken)?.expose())?;
        token.set_sensitive(true);
        self.client
            .request(Method::POST, path)
            .header(CONTENT_TYPE, JSON)
            .header(header::RUNTIME_TOKEN, token)
            .header(header::EVENT_VERSION, value(header::EVENT_VERSION, &self.event_version)?)
            .body(Full::new(body))
            .map_err(|error| Error::Transport(error.into()))
    }
}

fn value(name: &'static str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::InvalidHeader(name))
}
