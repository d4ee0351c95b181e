//! The load: 64 keep-alive connections, each with one request on its way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::delivery::{Deliveries, Proof};

pub(crate) const CONNECTIONS: u64 = 64;

/// Where a load goes to.
pub(crate) struct Target<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) proof: Proof,
    pub(crate) api: &'a Arc<Api>,
    /// How many deliveries the server has had; ids start after them.
    pub(crate) sent: u64,
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    Time(Duration),
    PerConnection(usize),
}

/// What a load saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Calls of the handler, as it counted them itself.
    pub(crate) handled: u64,
    pub(crate) elapsed: Duration,
    /// In microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
}

/// What one connection saw.
struct Connection {
    latencies: Vec<u32>,
    lowest: u64,
    highest: u64,
}

/// Loads a server. Everything but the right answer is an error.
pub(crate) async fn run(target: &Target<'_>, limit: Limit) -> anyhow::Result<Seen> {
    let begin = Instant::now();
    let mut connections = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let first = (target.sent + 1) << 16 | connection << 40;
        let deliveries = Deliveries::new(target.proof, target.api, first)?;
        connections.spawn(keep_busy(target.address, deliveries, limit));
    }
    let mut whole = Seen::default();
    let (mut lowest, mut highest) = (u64::MAX, 0);
    while let Some(seen) = connections.join_next().await {
        let seen = seen??;
        (lowest, highest) = (lowest.min(seen.lowest), highest.max(seen.highest));
        whole.latencies.extend(seen.latencies);
    }
    whole.elapsed = begin.elapsed();
    whole.latencies.sort_unstable();
    whole.requests = u64::try_from(whole.latencies.len())?;
    whole.handled = highest - lowest + 1;
    Ok(whole)
}

async fn keep_busy(
    address: SocketAddr,
    mut deliveries: Deliveries,
    limit: Limit,
) -> anyhow::Result<Connection> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut seen = Connection { latencies: Vec::new(), lowest: u64::MAX, highest: 0 };
    let (mut request, mut answer) = (Vec::new(), Vec::with_capacity(1024));
    let start = Instant::now();
    while match limit {
        Limit::Time(length) => start.elapsed() < length,
        Limit::PerConnection(requests) => seen.latencies.len() < requests,
    } {
        deliveries.write(&mut request)?;
        let begin = Instant::now();
        stream.write_all(&request).await?;
        let number = read(&mut stream, &mut answer).await?;
        seen.latencies.push(u32::try_from(begin.elapsed().as_micros())?);
        (seen.lowest, seen.highest) = (seen.lowest.min(number), seen.highest.max(number));
    }
    Ok(seen)
}

/// Reads one answer, and the number that the handler counted.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> anyhow::Result<u64> {
    answer.clear();
    loop {
        ensure!(stream.read_buf(answer).await? > 0, "the server closed the connection");
        let text = std::str::from_utf8(answer)?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        ensure!(head.starts_with("HTTP/1.1 200"), "refused: {text}");
        // Every answer is one small object; it is whole with its closing brace.
        if body.ends_with('}') {
            let seen = body.split_once(r#""seen":"#).context("no count")?.1;
            let digits = seen.split(|letter: char| !letter.is_ascii_digit()).next();
            return Ok(digits.context("no count")?.parse()?);
        }
    }
}
