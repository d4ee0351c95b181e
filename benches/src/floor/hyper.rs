//! Floor B: bare hyper.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use kiket_contract::route;
use kiket_contract::signature::Signer;
use tokio::net::TcpListener;

use super::{LARGEST, typed, verified};
use crate::delivery::{EVENT, SECRET};

pub(crate) async fn serve(listener: TcpListener) -> anyhow::Result<()> {
    let signer = Signer::new(&SECRET.into());
    answer_all(listener, move |headers, body| typed(verified(&signer, headers, body)?)).await
}

/// Answers every delivery with what `deliver` makes of its headers and body.
pub(super) async fn answer_all<D>(listener: TcpListener, deliver: D) -> anyhow::Result<()>
where
    D: Fn(&HeaderMap, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
{
    let deliver = Arc::new(deliver);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let deliver = Arc::clone(&deliver);
        let service = service_fn(move |request| {
            let deliver = Arc::clone(&deliver);
            async move { Ok::<_, Infallible>(answer(&*deliver, request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    deliver: &impl Fn(&HeaderMap, &[u8]) -> Option<Vec<u8>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let routed = route::parse_webhook(head.uri.path()).is_some_and(|(event, _)| event == EVENT);
    let body = Limited::new(body, LARGEST).collect().await.ok().filter(|_| routed);
    let answer = body.and_then(|body| deliver(&head.headers, &body.to_bytes()));
    let status = if answer.is_some() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    let mut response = Response::new(Full::from(answer.unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
