//! Extensions on loopback that take everything at once: one notes when, the other what.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

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
        let arrivals = self.clone();
        answer_all(move |request| {
            let arrivals = arrivals.clone();
            async move { arrivals.note(request).await }
        })
        .await
    }

    async fn note(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let now = Instant::now();
        let noted = async {
            let body = request.into_body().collect().await.context("the body broke off")?;
            let Numbered { number } = serde_json::from_slice(&body.to_bytes())?;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((number, now));
            anyhow::Ok(())
        };
        answer(noted.await.is_ok())
    }
}

/// Deliveries as they came.
pub(crate) struct Bodies(UnboundedReceiver<Value>);

impl Bodies {
    /// Listens; returns where.
    pub(crate) async fn serve() -> anyhow::Result<(SocketAddr, Self)> {
        let (sender, bodies) = unbounded_channel();
        let address = answer_all(move |request: Request<Incoming>| {
            let sender = sender.clone();
            async move {
                let body = request.into_body().collect().await.map(Collected::to_bytes);
                let body = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
                answer(body.is_some_and(|body| sender.send(body).is_ok()))
            }
        });
        Ok((address.await?, Self(bodies)))
    }

    pub(crate) async fn next(&mut self) -> anyhow::Result<Value> {
        self.0.recv().await.context("nothing more is received")
    }
}

fn answer(taken: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(br#"{"ok":true}"#)));
    if !taken {
        *response.status_mut() = hyper::StatusCode::BAD_REQUEST;
    }
    response
}

/// Serves every request on an address of its own, which it returns.
async fn answer_all<F>(
    serve: impl Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
) -> anyhow::Result<SocketAddr>
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serve = serve.clone();
            let service = service_fn(move |request| {
                let answer = serve(request);
                async move { Ok::<_, Infallible>(answer.await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    Ok(address)
}
