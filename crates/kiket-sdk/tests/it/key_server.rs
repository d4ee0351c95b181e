//! A stand-in for the address that serves the key set: it counts what it is asked and answers what
//! a test wants.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kiket_contract::jwks::{Jwk, JwkSet};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

const OPEN: usize = Semaphore::MAX_PERMITS / 2;

pub(crate) struct KeyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<String>,
    fetches: AtomicUsize,
    /// Each answer takes a permit.
    gate: Semaphore,
}

impl KeyServer {
    /// Serves these keys.
    pub(crate) async fn serving<'a>(keys: impl IntoIterator<Item = &'a Jwk>) -> Self {
        let server = Self::closed(keys).await;
        server.open();
        server
    }

    /// Takes questions and answers none before it is opened.
    pub(crate) async fn closed<'a>(keys: impl IntoIterator<Item = &'a Jwk>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            answer: Mutex::default(),
            fetches: AtomicUsize::new(0),
            gate: Semaphore::new(0),
        });
        let server = Self { address, shared: Arc::clone(&shared) };
        server.serve(keys);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        server
    }

    pub(crate) fn open(&self) {
        self.shared.gate.add_permits(OPEN);
    }

    /// Lets one answer out.
    pub(crate) fn release_one(&self) {
        self.shared.gate.add_permits(1);
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often it has been asked.
    pub(crate) fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// Serves these keys from now on.
    pub(crate) fn serve<'a>(&self, keys: impl IntoIterator<Item = &'a Jwk>) {
        let set = JwkSet { keys: keys.into_iter().cloned().collect() };
        self.answer("200 OK", "", &serde_json::to_string(&set).unwrap());
    }

    /// Answers this from now on.
    pub(crate) fn answer(&self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        *self.shared.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n\
             {body}"
        );
    }

    /// Hangs up from now on.
    pub(crate) fn hang_up(&self) {
        self.shared.answer.lock().unwrap().clear();
    }
}

async fn answer(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            return;
        }
    }
    assert!(bytes.starts_with(b"GET /.well-known/jwks.json HTTP/1.1\r\n"));
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    shared.gate.acquire().await.unwrap().forget();
    let answer = shared.answer.lock().unwrap().clone();
    // A client that has read enough hangs up in the middle.
    let _ = stream.write_all(answer.as_bytes()).await;
}
