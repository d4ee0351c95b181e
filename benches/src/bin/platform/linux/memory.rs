//! Memory: what the platform holds while 100 000 deliveries wait for extensions that hang.

use std::path::Path;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::process::Server;
use super::requests::{Connection, install};
use super::verdict;

const INSTALLATIONS: u32 = 10;
const EVENTS: u64 = 10_000;
const SENDERS: u64 = 64;
/// MiB.
const BELOW: f64 = 100.0;

pub(crate) async fn print(folder: &Path) -> anyhow::Result<()> {
    eprintln!("memory");
    let data = tempfile::tempdir_in(folder)?;
    let server = Server::start(data.path(), true)?;
    let at_start = server.resident_mib()?;
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", silent.local_addr()?);
    for number in 0..INSTALLATIONS {
        install(&server, &format!("hung{number}"), 27, &url).await?;
    }
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let mut connection = Connection::open(&server).await?;
        senders.spawn(async move {
            for number in (0..EVENTS).filter(|number| number % SENDERS == sender) {
                connection.send(27, number).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let with = server.resident_mib()?;
    println!("Memory with {} deliveries that wait.\n", EVENTS * u64::from(INSTALLATIONS));
    println!("{:<28} {at_start:>8.1} MiB", "at the start");
    println!("{:<28} {with:>8.1} MiB  below {BELOW}: {}", "with them", verdict(with < BELOW));
    Ok(())
}
