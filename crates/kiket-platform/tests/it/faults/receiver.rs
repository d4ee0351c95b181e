//! A receiver that does one wrong thing with each request, over a bare connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What it does once it has read a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing, until the other side goes.
    Hang,
    /// One byte of a head's line after the other.
    TrickleHead,
    /// One byte of a body after the other.
    TrickleBody,
    /// One interim answer after the other.
    InterimAnswers,
    /// Breaks the connection at once.
    Reset,
    /// Ends the connection in the middle of the body that it promised.
    CloseInTheBody,
    /// A head without end, as fast as it is taken.
    EndlessHead,
    /// A body of a gigabyte whose length it says, as fast as it is taken.
    Gigabyte,
    /// A body without end, in chunks, as fast as it is taken.
    EndlessBody,
    /// An answer in the words given.
    Says(&'static str),
}

const GIGABYTE: usize = 1024 * 1024 * 1024;

/// A receiver, what it was sent and what was taken from it.
pub(super) struct Receiver {
    fault: Fault,
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    taken: Arc<AtomicU64>,
    ended: Arc<Semaphore>,
}

impl Receiver {
    pub(super) async fn serve(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, taken) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        let ended = Arc::new(Semaphore::new(0));
        let receiver = Self {
            fault,
            address,
            requests: requests.clone(),
            taken: taken.clone(),
            ended: ended.clone(),
        };
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (requests, taken, ended) = (requests.clone(), taken.clone(), ended.clone());
                tokio::spawn(async move {
                    read(&mut stream).await;
                    requests.fetch_add(1, Ordering::SeqCst);
                    play(fault, stream, &taken).await;
                    ended.add_permits(1);
                });
            }
        });
        receiver
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The time that it is given: short where it is sure to run out.
    pub(super) fn limit_ms(&self) -> u64 {
        match self.fault {
            Fault::Hang | Fault::TrickleHead | Fault::TrickleBody | Fault::InterimAnswers => 200,
            _ => 10_000,
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Waits until so many connections are over, and returns how many bytes all of them took. What
    /// the two systems keep in their buffers counts as taken.
    pub(super) async fn taken(&self, connections: u32) -> u64 {
        self.ended.acquire_many(connections).await.unwrap().forget();
        self.taken.load(Ordering::SeqCst)
    }
}

/// Reads one request to its end.
async fn read(stream: &mut TcpStream) {
    let (mut request, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the request breaks off");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= length.parse::<usize>().unwrap() {
            return;
        }
    }
}

async fn play(fault: Fault, mut stream: TcpStream, taken: &AtomicU64) {
    let head = "HTTP/1.1 200 OK\r\n";
    let promised = format!("{head}content-length: {GIGABYTE}\r\n\r\n");
    match fault {
        Fault::Hang => {
            let _ = stream.read(&mut [0]).await;
        }
        Fault::TrickleHead => trickle(stream, &format!("{head}x: "), "x", taken).await,
        Fault::TrickleBody => trickle(stream, &promised, "x", taken).await,
        Fault::InterimAnswers => {
            trickle(stream, "", "HTTP/1.1 102 Processing\r\n\r\n", taken).await;
        }
        Fault::Reset => stream.set_zero_linger().unwrap(),
        Fault::CloseInTheBody => stream.write_all((promised + "{").as_bytes()).await.unwrap(),
        Fault::EndlessHead => flood(stream, &format!("{head}x: "), &[b'x'; 64 * 1024], taken).await,
        Fault::Gigabyte => flood(stream, &promised, &[b'x'; 64 * 1024], taken).await,
        Fault::EndlessBody => {
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(64 * 1024));
            let head = format!("{head}transfer-encoding: chunked\r\n\r\n");
            flood(stream, &head, chunk.as_bytes(), taken).await;
        }
        Fault::Says(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
    }
}

/// Writes the same again and again, without haste, until the other side goes.
async fn trickle(mut stream: TcpStream, head: &str, again: &str, taken: &AtomicU64) {
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    stream.write_all(head.as_bytes()).await.unwrap();
    while stream.write_all(again.as_bytes()).await.is_ok() {
        taken.fetch_add(again.len() as u64, Ordering::SeqCst);
        ticks.tick().await;
    }
}

/// Writes the same again and again until the other side goes, or has taken a gigabyte.
async fn flood(mut stream: TcpStream, head: &str, again: &[u8], taken: &AtomicU64) {
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..GIGABYTE / again.len() {
        match stream.write(again).await {
            Ok(written) => taken.fetch_add(written as u64, Ordering::SeqCst),
            Err(_) => return,
        };
    }
}
