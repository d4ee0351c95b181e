//! An extension as a service: for servers that are not [`Extension::run`](crate::Extension::run).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::Full;
use hyper::{Request, Response};
use tower_service::Service;

use crate::router::Router;

/// An extension that any server can call: a tower `Service` of HTTP requests, from
/// [`Extension::into_service`](crate::Extension::into_service). Clones share everything.
#[derive(Debug, Clone)]
pub struct ExtensionService(Arc<Router>);

impl ExtensionService {
    pub(crate) fn new(router: Router) -> Self {
        Self(Arc::new(router))
    }

    /// The answer to one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Send,
    {
        self.0.answer(request).await
    }

    /// This service as an axum router (feature `axum`), see
    /// [`Extension::into_router`](crate::Extension::into_router).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use kiket_sdk::prelude::*;
    ///
    /// # async fn example(stopped: impl Future<Output = ()> + Send + 'static)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let service = Extension::from_manifest()?.into_service()?;
    /// let app = axum::Router::new().nest("/kiket", service.router());
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// axum::serve(listener, app).with_graceful_shutdown(stopped).await?;
    /// service.finish(Duration::from_secs(30)).await;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "axum")]
    pub fn router(&self) -> axum::Router {
        axum::Router::new().fallback_service(self.clone())
    }

    /// Tells that no more requests are to come, and waits for what goes on after answers:
    /// [`Context::background`](crate::Context::background) and handlers that are late. Call it when
    /// the server has stopped. Says how many of them did not end within `limit`.
    pub async fn finish(&self, limit: Duration) -> usize {
        self.0.finish(limit).await
    }
}

impl<B> Service<Request<B>> for ExtensionService
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await) })
    }
}
