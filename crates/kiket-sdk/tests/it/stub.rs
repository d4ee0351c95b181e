//! A server that keeps its connections, records what it is sent, and answers as a test says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    calls: UnboundedReceiver<Call>,
    connections: Arc<AtomicUsize>,
}

/// A request as it came over the wire.
pub(crate) struct Call {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What a stub does with its number-th call, from 0: a status line with further header lines, and a
/// body; or it never answers.
type Answer = dyn Fn(usize, &Call) -> Option<(String, String)> + Send + Sync;

impl Stub {
    pub(crate) async fn new(
        answer: impl Fn(usize, &Call) -> Option<(String, String)> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, calls) = unbounded_channel();
        let (connections, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let opened = Arc::clone(&connections);
        let number = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                let (sender, answer) = (sender.clone(), Arc::clone(&answer) as Arc<Answer>);
                tokio::spawn(serve(stream, sender, answer, Arc::clone(&number)));
            }
        });
        Self { address, calls, connections }
    }

    /// One that gives these statuses, one after the other, and then always the last one.
    pub(crate) async fn answering(statuses: &'static [&'static str]) -> Self {
        Self::new(|number, _| {
            let status = statuses[number.min(statuses.len() - 1)];
            Some((status.to_owned(), r#"{"ok":true}"#.to_owned()))
        })
        .await
    }

    /// One that never answers.
    pub(crate) async fn silent() -> Self {
        Self::new(|_, _| None).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next call; one that does not come ends the test.
    pub(crate) async fn call(&mut self) -> Call {
        let call = timeout(PATIENCE, self.calls.recv()).await;
        call.ok().flatten().expect("a call")
    }

    pub(crate) fn was_called(&mut self) -> bool {
        self.calls.try_recv().is_ok()
    }

    /// How many connections were opened.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Call {
    /// Method and path.
    pub(crate) fn target(&self) -> &str {
        self.head.split(" HTTP/1.1").next().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

async fn serve(
    mut stream: TcpStream,
    sender: UnboundedSender<Call>,
    answer: Arc<Answer>,
    number: Arc<AtomicUsize>,
) {
    while let Some(call) = read(&mut stream).await {
        let answer = answer(number.fetch_add(1, Ordering::SeqCst), &call);
        // The test may be over.
        let _ = sender.send(call);
        let Some((head, body)) = answer else { return std::future::pending().await };
        let length = body.len();
        let text = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request, or nothing when the other side has hung up.
async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    loop {
        if let Some((head, body)) = String::from_utf8_lossy(&bytes).split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(Call { head: head.to_owned(), body: body.to_owned() });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
