//! Calls of an extension that runs somewhere.

use std::error::Error as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{HeaderMap, Method, Request};
use kiket_contract::route;
use tokio::time::timeout;
use url::Url;

use crate::exit::Misuse;
use crate::https::{self, Client};
use crate::operator::innermost;

/// The longest answer that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// An address, and the connections to it.
pub(crate) struct Caller {
    url: Url,
    client: Client,
    /// How long one answer may take.
    patience: Duration,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Caller {
    /// For the extension at this address.
    ///
    /// # Errors
    /// When it is no address, or the machine's root certificates can not be read.
    pub(crate) fn new(url: &str, patience: Duration) -> anyhow::Result<Self> {
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = parsed.filter(|url| url.host().is_some()) else {
            let text = "the extension's --url is no address: write http://localhost:3000";
            return Err(Misuse(text.to_owned()).into());
        };
        let client = https::client(url.scheme() == "https")
            .context("the machine's root certificates can not be read")?;
        Ok(Self { url, client, patience })
    }

    /// Where an event goes. An address with a path is the whole of it.
    pub(crate) fn webhook(&self, event: &str, version: &str) -> String {
        match self.url.path() {
            "/" => self.below(&route::webhook(event, version)),
            _ => self.url.to_string(),
        }
    }

    /// A path of the same host.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}{path}", self.url.origin().ascii_serialization())
    }

    /// Posts something.
    ///
    /// # Errors
    /// When no whole answer comes in time.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> anyhow::Result<Said> {
        let mut request = Request::post(url).body(Full::new(body.into()))?;
        *request.headers_mut() = headers;
        self.call(request).await
    }

    /// Reads something.
    ///
    /// # Errors
    /// When no whole answer comes in time.
    pub(crate) async fn get(&self, url: &str) -> anyhow::Result<Said> {
        let request = Request::builder().method(Method::GET).uri(url).body(Full::default())?;
        self.call(request).await
    }

    async fn call(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Said> {
        let begun = Instant::now();
        let answered = timeout(self.patience, async {
            let response = self.client.request(request).await.map_err(|error| {
                let reason = error.source().map_or_else(|| error.to_string(), innermost);
                anyhow::anyhow!("no answer: {reason}")
            })?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), LARGEST).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?;
            anyhow::Ok((status, body.to_bytes()))
        });
        let seconds = self.patience.as_secs();
        let (status, body) =
            answered.await.with_context(|| format!("no answer within {seconds} s"))??;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Said { status, body, took: begun.elapsed() })
    }
}
