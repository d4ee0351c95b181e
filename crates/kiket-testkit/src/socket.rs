//! Calls an extension over a socket: one that this module serves, or one that runs anywhere.

use std::fmt::Debug;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response, Uri};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tower_service::Service;

use crate::{Answer, Delivery, driver};

impl Delivery {
    /// Sends this attempt to an address such as `http://127.0.0.1:8080`. One without a path gets
    /// the route of the SDKs, and one with a path is used as it is.
    ///
    /// # Panics
    /// When the address is no `http://` URL, can not be reached, or hangs up before it answers.
    pub async fn post_to(&self, url: &str) -> Answer {
        let url: Uri = url.parse().unwrap_or_else(|error| panic!("`{url}` is no URL: {error}"));
        let (Some("http"), Some(authority)) = (url.scheme_str(), url.authority()) else {
            panic!("`{url}` is no `http://` URL; the kit speaks no TLS")
        };
        let mut request = self.request();
        if !matches!(url.path(), "" | "/") {
            let path = url.path_and_query().map_or("/", |path| path.as_str());
            *request.uri_mut() = path.parse().expect("a part of a URL");
        }
        let host = HeaderValue::from_str(authority.as_str()).expect("a part of a URL");
        request.headers_mut().insert(HOST, host);
        let port = authority.port_u16().unwrap_or(80);
        exchange(authority.host(), port, request)
            .await
            .unwrap_or_else(|error| panic!("no answer from {url}: {error}"))
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn exchange(host: &str, port: u16, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let (mut sender, connection) = client::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let answer = driver::read(sender.send_request(request).await?).await;
    connection.abort();
    Ok(answer)
}

/// A service that is served on the machine itself until this is dropped.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    task: AbortHandle,
}

impl Served {
    /// The address, for [`Delivery::post_to`].
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves a service on a free port of the machine itself.
///
/// # Panics
/// When no port can be opened.
pub async fn serve<S, R>(service: S) -> Served
where
    S: Service<Request<Incoming>, Response = Response<R>, Error: Into<Failure>, Future: Send>
        + Clone
        + Send
        + 'static,
    R: Body<Data: Send, Error: Into<Failure> + Debug> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound socket has an address");
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            let connection = server::Builder::new().serve_connection(TokioIo::new(stream), service);
            connections.spawn(async move {
                // A caller that hangs up is none of the test's business.
                let _ = connection.await;
            });
        }
    });
    Served { address, task: task.abort_handle() }
}
