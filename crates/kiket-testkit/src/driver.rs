//! Calls a service where it stands, without a socket.

use std::fmt::Debug;
use std::future::poll_fn;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower_service::Service;

use crate::{Answer, Delivery};

impl Delivery {
    /// Sends this attempt to a service, without a socket.
    ///
    /// # Panics
    /// When the service fails instead of answering.
    pub async fn send_to<S, R>(&self, service: &S) -> Answer
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Debug> + Clone,
        R: Body<Error: Debug>,
    {
        send(service, self.request()).await
    }
}

/// Sends any request to any tower service of requests, and reads the whole answer.
///
/// A service that wants another body than [`Delivery::request`] has gets it with
/// `delivery.request().map(…)`.
///
/// # Panics
/// When the service fails instead of answering.
pub async fn send<S, B, R>(service: &S, request: Request<B>) -> Answer
where
    S: Service<Request<B>, Response = Response<R>, Error: Debug> + Clone,
    R: Body<Error: Debug>,
{
    let mut service = service.clone();
    let answered = match poll_fn(|context| service.poll_ready(context)).await {
        Ok(()) => service.call(request).await,
        Err(error) => Err(error),
    };
    read(answered.unwrap_or_else(|error| panic!("the service failed: {error:?}"))).await
}

/// Reads the whole answer.
pub(crate) async fn read<R: Body<Error: Debug>>(response: Response<R>) -> Answer {
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .unwrap_or_else(|error| panic!("the answer's body broke off: {error:?}"))
        .to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body, calls: None }
}
