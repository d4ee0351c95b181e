//! A server that records what it is sent and gives one prepared answer per connection.

use std::net::SocketAddr;

use kiket_client::{Client, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    requests: UnboundedReceiver<String>,
}

impl Stub {
    /// A server that gives these answers, one after the other, and then accepts no more.
    pub(crate) async fn answering<const N: usize>(answers: [String; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = unbounded_channel();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                sender.send(request(&mut stream).await).unwrap();
                // A client that has read enough hangs up in the middle.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, requests }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address)).unwrap()
    }

    pub(crate) fn session(&self) -> Session {
        self.client().session(Some("rt_secret".into()), "v2")
    }

    /// The next request as it came over the wire.
    pub(crate) async fn request(&mut self) -> String {
        self.requests.recv().await.expect("a request")
    }

    pub(crate) fn is_untouched(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// An answer with this status line, further header lines and body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

async fn request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text.into_owned();
            }
        }
    }
}
