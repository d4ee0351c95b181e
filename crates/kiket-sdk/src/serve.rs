//! Listens, serves connections, and stops without dropping what runs.
//!
//! Holds the listener and the open connections. At the end it accepts nothing more, lets every
//! running request finish (at most 30 seconds) and closes idle connections. Nothing survives a
//! crash: Kiket delivers again what was not answered.

mod idle;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use kiket_contract::environment::{HOST, PORT};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use crate::Error;
use crate::environment::Environment;
use crate::router::Router;
use idle::{Activity, Watch};

/// How long running requests may take once the program is to end.
const DRAIN: Duration = Duration::from_secs(30);
/// How large the head of a request may be, in bytes. Larger ones are answered with 431.
const LARGEST_HEAD: usize = 64 * 1024;
/// The pause after the system could not give a connection, for example for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// An extension that listens and is not serving yet.
#[derive(Debug)]
#[must_use = "connections are answered by `serve` or `serve_until` only"]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    router: Arc<Router>,
}

impl Bound {
    pub(crate) async fn new(address: &str, router: Router) -> Result<Self, Error> {
        let failed = |cause| Error::Bind { address: address.to_owned(), cause };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, router: Arc::new(router) })
    }

    /// The address that is listened at, with the port that was taken for port 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until SIGTERM or SIGINT, then finishes what runs; a second signal ends it at once.
    ///
    /// # Errors
    /// When the signals can not be heard.
    pub async fn serve(self) -> Result<(), Error> {
        let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signals)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signals)?;
        let first = Notify::new();
        let signals = async {
            for again in [false, true] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if !again {
                    first.notify_one();
                }
            }
        };
        tokio::select! {
            () = self.serve_until(first.notified()) => {}
            () = signals => tracing::warn!("stopped at once, with requests unfinished"),
        }
        Ok(())
    }

    /// Serves until `shutdown` is ready, then finishes what runs.
    pub async fn serve_until(self, shutdown: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "listening");
        let connections = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(self.router.settings().options.max_connections));
        let watch = Watch::default();
        let mut watching = pin!(watch.run(idle::PAUSE));
        let mut shutdown = pin!(shutdown);
        loop {
            let (stream, room) = tokio::select! {
                accepted = accept(&self.listener, &room) => accepted,
                () = &mut shutdown => break,
                never = &mut watching => match never {},
            };
            let activity = Arc::new(Activity::default());
            let task = open((stream, room), &connections, &self.router, &activity);
            watch.add(&activity, task);
        }
        drop(self.listener);
        self.router.settings().background.close();
        tracing::info!("stopping: what runs is finished first; a second signal ends it at once");
        let end = Instant::now() + DRAIN;
        // Half a request would hold up the end.
        let closing = async {
            tokio::select! {
                () = connections.shutdown() => {}
                never = watch.run(idle::SHORT_PAUSE) => match never {},
            }
        };
        if timeout_at(end, closing).await.is_err() {
            tracing::warn!("stopped after {} seconds with requests unfinished", DRAIN.as_secs());
        }
        let left = end.saturating_duration_since(Instant::now());
        match self.router.finish(left).await {
            0 => {}
            unfinished => tracing::warn!(unfinished, "stopped with background work unfinished"),
        }
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a permit.
    let room = Arc::clone(room).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, room),
            Err(error) => {
                tracing::warn!("can not accept a connection: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Serves one connection in a task of its own.
fn open(
    (stream, room): (TcpStream, Option<OwnedSemaphorePermit>),
    connections: &GracefulShutdown,
    router: &Arc<Router>,
    activity: &Arc<Activity>,
) -> AbortHandle {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("can not set TCP_NODELAY: {error}");
    }
    let shared = (Arc::clone(router), Arc::clone(activity));
    let service = service_fn(move |request| {
        let (router, activity) = shared.clone();
        async move {
            let _at_work = activity.begin();
            Ok::<_, Infallible>(router.answer(request).await)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(LARGEST_HEAD)
        .max_header_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended early: {error}");
        }
        drop(room);
    });
    task.abort_handle()
}

/// Where to listen: `HOST` and `PORT` of the environment beat the address that the program gives,
/// because that is how hosting platforms place a program.
pub(crate) fn placed(address: &str, environment: &Environment) -> Result<String, Error> {
    let wrong = || Error::Address(address.to_owned());
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    if host.is_empty() {
        return Err(wrong());
    }
    let port = match environment.get(PORT) {
        Some(port) => port.trim().parse().map_err(|_| Error::Address(format!("{host}:{port}")))?,
        None => port.parse::<u16>().map_err(|_| wrong())?,
    };
    let host = environment.get(HOST).and_then(listenable).unwrap_or_else(|| host.to_owned());
    Ok(format!("{host}:{port}"))
}

/// `HOST` as an address to listen at. Some shells export the machine's name in it.
fn listenable(host: String) -> Option<String> {
    match host.parse() {
        Ok(IpAddr::V6(_)) => Some(format!("[{host}]")),
        Ok(IpAddr::V4(_)) => Some(host),
        Err(_) if host == "localhost" => Some(host),
        Err(_) => {
            tracing::warn!(host, "ignored `HOST`: it is neither an IP address nor `localhost`");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(variables: &'static [(&str, &str)]) -> Result<String, Error> {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        placed("0.0.0.0:8080", &Environment::new(lookup))
    }

    #[test]
    fn host_and_port_of_the_environment_beat_the_program() {
        for (variables, address) in [
            (&[][..], "0.0.0.0:8080"),
            (&[("PORT", "9292")], "0.0.0.0:9292"),
            (&[("HOST", "127.0.0.1"), ("PORT", "0")], "127.0.0.1:0"),
            (&[("HOST", "localhost")], "localhost:8080"),
            (&[("HOST", "::1")], "[::1]:8080"),
            (&[("HOST", "my-laptop.local")], "0.0.0.0:8080"),
            (&[("HOST", ""), ("PORT", "")], "0.0.0.0:8080"),
        ] {
            assert_eq!(place(variables).unwrap(), address);
        }
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        for variables in [&[("PORT", "http")][..], &[("PORT", "65536")], &[("PORT", "-1")]] {
            assert!(matches!(place(variables), Err(Error::Address(_))), "{variables:?}");
        }
        let nothing = Environment::new(|_| None);
        assert!(placed("8080", &nothing).is_err());
        assert_eq!(placed("[::]:80", &nothing).unwrap(), "[::]:80");
    }
}
