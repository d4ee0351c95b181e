//! A way to Redis that a test can block and cut.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// What comes is held back.
    Held,
    /// New connections end at once.
    Refused,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
    /// Changes when the connections that are open are to end.
    cuts: watch::Sender<()>,
    connections: TaskTracker,
    held: Arc<Semaphore>,
}

impl Proxy {
    /// One to the Redis at this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            way: watch::Sender::new(Way::Open),
            cuts: watch::Sender::new(()),
            connections: TaskTracker::new(),
            held: Arc::new(Semaphore::new(0)),
        };
        proxy.connections.close();
        let redis = url.strip_prefix("redis://").unwrap().trim_end_matches('/').to_owned();
        let (way, cuts) = (proxy.way.clone(), proxy.cuts.clone());
        let (connections, held) = (proxy.connections.clone(), Arc::clone(&proxy.held));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *way.borrow() == Way::Refused {
                    continue;
                }
                let redis = TcpStream::connect(&redis).await.unwrap();
                let mut cut = cuts.subscribe();
                let exchange = exchange(client, redis, way.subscribe(), Arc::clone(&held));
                connections.spawn(async move {
                    tokio::select! {
                        () = exchange => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(crate) fn open(&self) {
        self.way.send_replace(Way::Open);
    }

    pub(crate) fn hold(&self) {
        self.way.send_replace(Way::Held);
    }

    /// Ends the connections that are open.
    pub(crate) async fn cut(&self) {
        self.cuts.send_replace(());
        self.connections.wait().await;
    }

    /// Ends the connections that are open, and all new ones.
    pub(crate) async fn refuse(&self) {
        self.way.send_replace(Way::Refused);
        self.cut().await;
    }

    /// Waits until something is held back.
    pub(crate) async fn holds_something(&self) {
        self.held.acquire().await.unwrap().forget();
    }
}

async fn exchange(
    mut client: TcpStream,
    mut redis: TcpStream,
    mut way: watch::Receiver<Way>,
    held: Arc<Semaphore>,
) {
    let (mut asked, mut answered) = (vec![0; 4096], vec![0; 4096]);
    loop {
        tokio::select! {
            Ok(length @ 1..) = client.read(&mut asked) => {
                if *way.borrow() == Way::Held {
                    held.add_permits(1);
                }
                way.wait_for(|way| *way != Way::Held).await.unwrap();
                redis.write_all(&asked[..length]).await.unwrap();
            }
            Ok(length @ 1..) = redis.read(&mut answered) => {
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}
