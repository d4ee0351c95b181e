//! The floor of a call to Kiket: bare hyper over kept connections.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use kiket_contract::api::extension_events::{LogEvent, path};
use kiket_contract::header;
use serde_json::Value;
use tokio::net::TcpStream;
use uuid::Uuid;

/// Connections to one address, those that are not in use.
#[derive(Clone)]
pub(crate) struct Client {
    address: Arc<str>,
    unused: Arc<Mutex<Vec<SendRequest<Full<Bytes>>>>>,
}

/// What a call says of the delivery that it is made for.
pub(crate) struct Delivered<'a> {
    pub(crate) extension: &'a str,
    pub(crate) token: &'a str,
    pub(crate) version: &'a str,
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Self {
        let address = base_url.trim_start_matches("http://").into();
        Self { address, unused: Arc::default() }
    }

    /// Logs an event, and waits for the whole answer.
    pub(crate) async fn log(
        &self,
        of: Delivered<'_>,
        event: &str,
        data: Value,
    ) -> anyhow::Result<()> {
        let log = LogEvent {
            event: event.to_owned(),
            version: Some(of.version.to_owned()),
            data,
            timestamp: Some(Timestamp::now()),
        };
        let request = Request::post(path(of.extension)?)
            .header(HOST, &*self.address)
            .header(USER_AGENT, "floor")
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(header::IDEMPOTENCY_KEY, Uuid::now_v7().to_string())
            .header(header::RUNTIME_TOKEN, of.token)
            .header(header::EVENT_VERSION, of.version)
            .body(Full::from(serde_json::to_vec(&log)?))?;
        let mut connection = self.connection().await?;
        let answer = connection.send_request(request).await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        answer.into_body().collect().await?;
        self.unused.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(())
    }

    async fn connection(&self) -> anyhow::Result<SendRequest<Full<Bytes>>> {
        let unused = || self.unused.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(mut connection) = unused() {
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let stream = TcpStream::connect(&*self.address).await.context("no API")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
