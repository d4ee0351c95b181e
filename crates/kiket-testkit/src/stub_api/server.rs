//! The socket.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Call;
use super::script::End;
use super::state::State;

/// Starts to answer, in a thread of its own, until the other end of `stopped` is dropped.
pub(super) fn start(state: Arc<State>, stopped: oneshot::Receiver<()>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound socket has an address");
    listener.set_nonblocking(true).expect("a socket that does not block");
    std::thread::Builder::new()
        .name("kiket-stub-api".to_owned())
        .spawn(move || run(listener, state, stopped))
        .expect("a thread for the stand-in");
    address
}

fn run(listener: std::net::TcpListener, state: Arc<State>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for the stand-in");
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("a socket that does not block");
        tokio::select! {
            () = serve(listener, state) => {}
            _ = stopped => {}
        }
    });
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        connections.spawn(async move {
            let service = service_fn(|request| answer(&state, request));
            // A caller that hangs up has what it wants.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// An error closes the connection.
async fn answer(
    state: &State,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let decision = state.take(Call {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
        status: None,
    });
    if decision.held {
        state.released().await;
    }
    tokio::time::sleep(decision.delay).await;
    let reply = match decision.end {
        End::Reply(reply) => reply,
        End::HangUp => return Err(io::ErrorKind::ConnectionAborted.into()),
        End::Hang => match pending::<Infallible>().await {},
    };
    let mut response = Response::new(Full::new(Bytes::from(reply.body.to_string())));
    *response.status_mut() = reply.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = reply.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    Ok(response)
}
