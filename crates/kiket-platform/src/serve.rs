//! Listening: serves connections, and stops without dropping what runs.
//!
//! Whoever has proved nothing yet can open a connection and send half a request, or none. So each
//! head has a time limit, which is also how long a connection may rest between two requests, and
//! there are only so many connections at once; who comes beyond that waits.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// The pause after the system could not give a connection, for example for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// How large the head of a request may be, in bytes.
const LARGEST_HEAD: usize = 64 * 1024;

/// Who is at the other end of a request's connection: with a proxy in front, that proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What one listener allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections at once.
    pub(crate) connections: usize,
    /// From one request, or the connection's begin, to the end of the next request's head.
    pub(crate) head: Duration,
    /// How long requests that are under way may go on after a stop.
    pub(crate) grace: Duration,
}

impl Limits {
    /// The head's time is longer than proxies in front keep an idle connection, so that none is
    /// closed while they are about to use it.
    pub(crate) const DEFAULT: Self =
        Self { connections: 10_000, head: Duration::from_secs(75), grace: Duration::from_secs(2) };
}

/// Serves until `stop`, then lets what runs finish for a while.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed, so there always is a permit.
        let next =
            async { (Arc::clone(&room).acquire_owned().await.ok(), accept(&listener).await) };
        let (permit, (stream, peer)) = tokio::select! {
            next = next => next,
            Some(_) = connections.join_next() => continue,
            () = stop.cancelled() => break,
        };
        let service = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            service.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            if let Err(error) = connection.await {
                debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    // What is still open after the grace is dropped with `connections`.
    if tokio::time::timeout(limits.grace, graceful.shutdown()).await.is_err() {
        warn!("stopped with requests unfinished");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    debug!(%error, "can not set TCP_NODELAY");
                }
                return (stream, peer);
            }
            Err(error) => {
                warn!(%error, "can not accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    /// No time limit that a test could reach.
    const PATIENT: Limits = Limits {
        connections: 100,
        head: Duration::from_secs(600),
        grace: Duration::from_secs(600),
    };

    struct Served {
        address: SocketAddr,
        stop: CancellationToken,
        running: JoinHandle<()>,
        /// Rings when a request has come in at `/slow`.
        entered: Arc<Notify>,
        /// Lets it go on.
        go_on: Arc<Notify>,
    }

    async fn start(limits: Limits) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = (Arc::clone(&entered), Arc::clone(&go_on));
        let router = Router::new().route("/", get(|| async { "quick" })).route(
            "/slow",
            get(move || async move {
                slow.0.notify_one();
                slow.1.notified().await;
                "slow"
            }),
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn(serve(listener, router, limits, stop.clone()));
        Served { address, stop, running, entered, go_on }
    }

    async fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn answer(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Writes a head byte by byte until it is told to go away.
    async fn trickle(mut stream: TcpStream) {
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        stream.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        // Far fewer bytes than a head may have.
        for _ in 0..10_000 {
            ticks.tick().await;
            if stream.write_all(b"x").await.is_err() {
                return;
            }
        }
        panic!("it may go on for ever");
    }

    #[tokio::test]
    async fn a_client_that_never_ends_its_head_is_let_go() {
        let served = start(Limits { head: Duration::from_millis(50), ..PATIENT }).await;
        trickle(TcpStream::connect(served.address).await.unwrap()).await;
        let silent = TcpStream::connect(served.address).await.unwrap();
        assert_eq!(answer(silent).await, "", "nor is one that begins no head");
    }

    #[tokio::test]
    async fn who_comes_beyond_the_limit_waits_for_a_place() {
        let served = start(Limits { connections: 1, ..PATIENT }).await;
        let slow = ask(served.address, "/slow").await;
        served.entered.notified().await;
        let waiting = ask(served.address, "/").await;
        // Time enough for an answer, if it were given.
        let other = start(PATIENT).await;
        for _ in 0..20 {
            answer(ask(other.address, "/").await).await;
        }
        let mut first = [0];
        let too_early = waiting.try_read(&mut first).unwrap_err();
        assert_eq!(too_early.kind(), io::ErrorKind::WouldBlock);
        served.go_on.notify_one();
        assert!(answer(slow).await.ends_with("slow"));
        assert!(answer(waiting).await.ends_with("quick"));
    }

    #[tokio::test]
    async fn a_stop_lets_running_requests_finish_and_takes_no_more() {
        let served = start(PATIENT).await;
        let slow = ask(served.address, "/slow").await;
        let idle = TcpStream::connect(served.address).await.unwrap();
        served.entered.notified().await;
        served.stop.cancel();
        assert_eq!(answer(idle).await, "");
        assert!(TcpStream::connect(served.address).await.is_err());
        served.go_on.notify_one();
        assert!(answer(slow).await.ends_with("slow"));
        served.running.await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_does_not_wait_for_ever() {
        let served = start(Limits { grace: Duration::from_millis(20), ..PATIENT }).await;
        let slow = ask(served.address, "/slow").await;
        served.entered.notified().await;
        served.stop.cancel();
        served.running.await.unwrap();
        assert_eq!(answer(slow).await, "");
    }
}
