//! The address that an extension is installed with, as long as `kiket dev` runs.
//!
//! It passes every request on as it came, to the build that runs at the moment, and the answer back.
//! One that meets nobody waits a little for the next build. A connection that is lost on one side is
//! lost on the other.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::http::uri::Uri;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::passing::Passing;

/// How long a request that meets nobody waits for the next build.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest body that is passed on, in bytes; larger ones are larger than the contract knows.
const LARGEST: usize = 16 * 1024 * 1024;
/// What is said of a connection and not of what it carries.
const OF_THE_CONNECTION: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// The address of one extension. Dropping it closes it.
pub(super) struct Gate {
    url: String,
    leads_to: watch::Sender<Option<Uri>>,
    _open: DropGuard,
}

/// What passes a request on, through the weather if there is any.
#[derive(Clone)]
pub(super) struct Passage {
    pub(super) passing: Passing,
    leads_to: watch::Receiver<Option<Uri>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Gate {
    /// Opens one on a free port of this machine.
    ///
    /// # Errors
    /// When no port is free.
    pub(super) async fn open(passing: Passing) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("no port of this machine is free")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (leads_to, passage) = watch::channel(None);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let open = CancellationToken::new();
        let closed = open.clone();
        let passage = Passage { passing, leads_to: passage, client };
        tokio::spawn(async move {
            tokio::select! {
                () = accept(listener, passage) => {}
                () = closed.cancelled() => {}
            }
        });
        Ok(Self { url, leads_to, _open: open.drop_guard() })
    }

    /// Its origin, without a trailing slash.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Leads to this origin from now on.
    ///
    /// # Errors
    /// When that is no origin.
    pub(super) fn lead_to(&self, url: &str) -> anyhow::Result<()> {
        self.leads_to.send_replace(Some(url.parse()?));
        Ok(())
    }
}

async fn accept(listener: TcpListener, passage: Passage) {
    loop {
        // What one connection meets is not the others' trouble.
        let Ok((connection, _)) = listener.accept().await else { continue };
        let passage = passage.clone();
        let service = service_fn(move |request| {
            let passage = passage.clone();
            async move { passage.pass(request).await }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), service));
    }
}

impl Passage {
    /// Passes a request on and its answer back. An error closes the connection without an answer.
    async fn pass(self, request: Request<Incoming>) -> anyhow::Result<Response<Full<Bytes>>> {
        let (head, body) = request.into_parts();
        let body = whole(body).await?;
        self.through(&head, &body).await
    }

    /// Asks the build that runs, or the next one.
    pub(super) async fn ask(
        &mut self,
        head: &Parts,
        body: &Bytes,
    ) -> anyhow::Result<Response<Full<Bytes>>> {
        self.leads_to.mark_unchanged();
        let answer = match self.send(head, body).await {
            Err(met) if met.is_none_or_refused() => {
                timeout(PATIENCE, self.leads_to.changed()).await??;
                self.send(head, body).await?
            }
            answer => answer?,
        };
        let (mut head, answer) = answer.into_parts();
        head.headers = passed_on(&head.headers);
        Ok(Response::from_parts(head, Full::new(whole(answer).await?)))
    }

    async fn send(&self, head: &Parts, body: &Bytes) -> Result<Response<Incoming>, Met> {
        let origin = self.leads_to.borrow().clone().ok_or(Met::Nobody)?;
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(head.method.clone())
            .uri(format!("{}{path}", origin.to_string().trim_end_matches('/')))
            .body(Full::new(body.clone()))?;
        *request.headers_mut() = passed_on(&head.headers);
        Ok(self.client.request(request).await?)
    }
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
enum Met {
    #[error("nothing has been started yet")]
    Nobody,
    #[error("the request can not be passed on")]
    Unfit(#[from] hyper::http::Error),
    #[error("the extension did not answer")]
    Lost(#[from] hyper_util::client::legacy::Error),
}

impl Met {
    fn is_none_or_refused(&self) -> bool {
        match self {
            Self::Nobody => true,
            Self::Unfit(_) => false,
            Self::Lost(error) => error.is_connect(),
        }
    }
}

async fn whole(body: Incoming) -> anyhow::Result<Bytes> {
    let body = Limited::new(body, LARGEST).collect().await;
    Ok(body.map_err(anyhow::Error::from_boxed)?.to_bytes())
}

fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    /// A server that answers one connection with these bytes, and gives back what it was asked.
    async fn answering(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        (url, asked)
    }

    async fn post(gate: &Gate) -> String {
        let mut connection =
            TcpStream::connect(gate.url().trim_start_matches("http://")).await.unwrap();
        let request = "POST /v/v1/webhooks/issue.created?a=b HTTP/1.1\r\nHost: gate\r\n\
                       X-Kiket-Signature: abc\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{  }";
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn bytes_path_and_headers_pass_as_they_are_and_the_answer_comes_back() {
        let gate = Gate::open(Passing::Undisturbed).await.unwrap();
        let (url, asked) = answering("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\nno").await;
        gate.lead_to(&url).unwrap();
        let answer = post(&gate).await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("retry-after: 7") && answer.ends_with("no"), "{answer}");
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("POST /v/v1/webhooks/issue.created?a=b "), "{asked}");
        assert!(asked.contains("x-kiket-signature: abc") && asked.ends_with("{  }"), "{asked}");
    }

    #[tokio::test]
    async fn who_meets_nobody_waits_for_the_next_build() {
        let (leads_to, receiver) = watch::channel(None);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut passage = Passage { passing: Passing::Undisturbed, leads_to: receiver, client };
        let (head, ()) = Request::post("/").body(()).unwrap().into_parts();
        let body = Bytes::new();
        let mut asking = std::pin::pin!(passage.ask(&head, &body));
        assert!(asking.as_mut().now_or_never().is_none());
        let (url, _asked) = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        leads_to.send_replace(Some(url.parse().unwrap()));
        assert_eq!(asking.await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_off_reaches_nobody_as_a_whole_one() {
        let gate = Gate::open(Passing::Undisturbed).await.unwrap();
        let (url, _asked) = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok").await;
        gate.lead_to(&url).unwrap();
        assert_eq!(post(&gate).await, "");
    }
}
