//! The load: 64 keep-alive connections, each with one request on its way.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::delivery::Deliveries;

pub(crate) const WARM_UP: Duration = Duration::from_millis(500);
pub(crate) const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: u64 = 64;

/// What one round saw.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) requests: u64,
    /// Calls of the handler, as it counted them itself.
    pub(crate) handled: u64,
    pub(crate) elapsed: Duration,
    /// In microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
    pub(crate) user: Duration,
    pub(crate) resident_kib: u64,
}

/// What one connection saw.
struct Seen {
    latencies: Vec<u32>,
    lowest: u64,
    highest: u64,
}

/// Loads a server. Ids start after the `sent` that it has seen.
pub(crate) async fn run(address: SocketAddr, length: Duration, sent: u64) -> anyhow::Result<Round> {
    let begin = Instant::now();
    let mut connections = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let first = (sent + 1) << 16 | connection << 40;
        connections.spawn(keep_busy(address, begin + length, first));
    }
    let mut round = Round::default();
    let (mut lowest, mut highest) = (u64::MAX, 0);
    while let Some(seen) = connections.join_next().await {
        let seen = seen??;
        (lowest, highest) = (lowest.min(seen.lowest), highest.max(seen.highest));
        round.latencies.extend(seen.latencies);
    }
    round.elapsed = begin.elapsed();
    round.latencies.sort_unstable();
    round.requests = u64::try_from(round.latencies.len())?;
    round.handled = highest - lowest + 1;
    Ok(round)
}

async fn keep_busy(address: SocketAddr, until: Instant, first: u64) -> anyhow::Result<Seen> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut deliveries = Deliveries::new(first);
    let mut seen = Seen { latencies: Vec::new(), lowest: u64::MAX, highest: 0 };
    let (mut request, mut answer) = (Vec::new(), Vec::with_capacity(1024));
    while Instant::now() < until {
        deliveries.write(&mut request);
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
        // Every answer is one small object; it is whole with its closing brace.
        if let Some((head, body)) = text.split_once("\r\n\r\n").filter(|(_, b)| b.ends_with('}')) {
            ensure!(head.starts_with("HTTP/1.1 200"), "refused: {text}");
            let seen = body.split_once(r#""seen":"#).context("no count")?.1;
            let digits = seen.split(|letter: char| !letter.is_ascii_digit()).next();
            return Ok(digits.context("no count")?.parse()?);
        }
    }
}
