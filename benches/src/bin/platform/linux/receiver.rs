//! An extension on loopback that takes everything at once, and notes when.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpListener;

/// When each event arrived, by its number.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Arc<Mutex<Vec<(u64, Instant)>>>);

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

impl Arrivals {
    pub(crate) fn take(&self) -> Vec<(u64, Instant)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Listens; returns where.
    pub(crate) async fn serve(&self) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let arrivals = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let arrivals = arrivals.clone();
                let service = service_fn(move |request| {
                    let arrivals = arrivals.clone();
                    async move { Ok::<_, Infallible>(arrivals.note(request).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Ok(address)
    }

    async fn note(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let now = Instant::now();
        let noted = async {
            let body = request.into_body().collect().await.context("the body broke off")?;
            let Numbered { number } = serde_json::from_slice(&body.to_bytes())?;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((number, now));
            anyhow::Ok(())
        };
        let mut response = Response::new(Full::new(Bytes::from_static(br#"{"ok":true}"#)));
        if noted.await.is_err() {
            *response.status_mut() = hyper::StatusCode::BAD_REQUEST;
        }
        response
    }
}
