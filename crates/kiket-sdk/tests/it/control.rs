//! What programs in processes of their own tell their test, and wait for.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The variable in which a program finds its test.
pub(crate) const CONTROL: &str = "KIKET_TEST_CONTROL";

/// The test's side.
pub(crate) struct Control {
    pub(crate) address: SocketAddr,
    heard: UnboundedReceiver<Heard>,
}

/// What a program has said; it waits for the reply.
pub(crate) struct Heard {
    pub(crate) line: String,
    stream: BufReader<TcpStream>,
}

impl Control {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, heard) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                let line = line.trim_end().to_owned();
                if sender.send(Heard { line, stream }).is_err() {
                    return;
                }
            }
        });
        Self { address, heard }
    }

    pub(crate) async fn next(&mut self) -> Heard {
        self.heard.recv().await.expect("something said")
    }

    #[cfg(feature = "redis")]
    /// Whether nobody has said anything more.
    pub(crate) fn is_silent(&mut self) -> bool {
        self.heard.try_recv().is_err()
    }
}

impl Heard {
    pub(crate) async fn reply(mut self, text: &str) {
        self.stream.get_mut().write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    /// Waits until the program does not wait for the reply any more.
    #[cfg(feature = "lambda")]
    pub(crate) async fn hang_up(mut self) {
        let mut nothing = String::new();
        let _ = self.stream.read_line(&mut nothing).await;
    }
}

/// The program's side: says a line and gives the reply.
pub(crate) async fn tell(line: &str) -> std::io::Result<String> {
    let address = std::env::var(CONTROL).expect("a test's address");
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    stream.get_mut().write_all(format!("{line}\n").as_bytes()).await?;
    let mut reply = String::new();
    stream.read_line(&mut reply).await?;
    Ok(reply.trim_end().to_owned())
}
