//! A stand-in for Kiket's API that records calls and gives one answer.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) struct Platform {
    address: SocketAddr,
    calls: UnboundedReceiver<String>,
}

impl Platform {
    /// Answers every call with this status line, further header lines, and a small body.
    pub(crate) async fn answering(status: &'static str, headers: &'static str) -> Self {
        Self::new(status, headers, r#"{"ok":true}"#).await
    }

    /// Answers every call with 200 and this body.
    pub(crate) async fn saying(body: &'static str) -> Self {
        Self::new("200 OK", "", body).await
    }

    async fn new(status: &'static str, headers: &'static str, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, calls) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                if sender.send(call(&mut stream).await).is_err() {
                    return;
                }
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\
                     \r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, calls }
    }

    pub(crate) async fn succeeding() -> Self {
        Self::answering("200 OK", "").await
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next call as it came over the wire.
    pub(crate) async fn call(&mut self) -> String {
        self.calls.recv().await.expect("a call")
    }

    /// The next call that has come already.
    pub(crate) fn next_call(&mut self) -> Option<String> {
        self.calls.try_recv().ok()
    }

    pub(crate) fn was_called(&mut self) -> bool {
        self.next_call().is_some()
    }
}

async fn call(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text.into_owned();
            }
        }
    }
}
