//! Accepts: 64 kept connections, each with one event on its way, two deliveries for each event.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::process::{Cpu, Server};
use super::requests::{Connection, install};
use super::{floor, median, quantile, verdict};

const CONNECTIONS: usize = 64;
/// Accepts per second.
const TARGET: f64 = 5_000.0;
/// Of the floor's accepts per second.
const SHARE: f64 = 0.5;

struct Round {
    per_second: f64,
    /// Milliseconds, sorted.
    latencies: Vec<f64>,
    cpu_us: (f64, f64),
}

/// Prints accepts and floor, which take turns.
pub(crate) async fn print(folder: &Path, rounds: usize, seconds: u64) -> anyhow::Result<()> {
    let length = Duration::from_secs(seconds);
    let (mut ours, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for number in 1..=rounds {
        eprintln!("accepts, round {number} of {rounds}");
        let floor = floor::run(folder, length / 2)?;
        let round = round(folder, length / 2).await?;
        ratios.push(round.per_second / floor);
        ours.push(round.per_second);
        floors.push(floor);
        last = Some(round);
    }
    let (ours, floor, ratio) = (median(&mut ours), median(&mut floors), median(&mut ratios));
    println!(
        "Accepts, {CONNECTIONS} connections, two deliveries each, every one synced to disk.\n"
    );
    println!(
        "{:<28} {:>10.0} a second  5000 wanted: {}",
        "platform",
        ours,
        verdict(ours >= TARGET)
    );
    println!("{:<28} {:>10.0} a second", "floor, bare transactions", floor);
    println!("{:<28} {:>10.2}  {SHARE} wanted: {}", "ratio", ratio, verdict(ratio >= SHARE));
    if let Some(Round { latencies, cpu_us: (user, system), .. }) = last {
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(&latencies, share));
        println!("{:<28} p50 {p50:.1}, p95 {p95:.1}, p99 {p99:.1} ms", "latency");
        println!("{:<28} {user:.0} µs user, {system:.0} µs system\n", "CPU for an accept");
    }
    Ok(())
}

async fn round(folder: &Path, length: Duration) -> anyhow::Result<Round> {
    let data = tempfile::tempdir_in(folder)?;
    let server = Server::start(data.path(), false)?;
    for name in ["a", "b"] {
        install(&server, name, 27, "http://127.0.0.1:9").await?;
    }
    let next = Arc::new(AtomicU64::new(0));
    let mut connections = JoinSet::new();
    let before = server.cpu()?;
    let begin = Instant::now();
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::open(&server).await?;
        let next = Arc::clone(&next);
        connections.spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < length {
                let sent = Instant::now();
                connection.send(27, next.fetch_add(1, Ordering::Relaxed)).await?;
                latencies.push(sent.elapsed().as_secs_f64() * 1e3);
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(connection) = connections.join_next().await {
        latencies.extend(connection??);
    }
    let elapsed = begin.elapsed();
    let Cpu { user, system } = server.cpu()?.since(before);
    latencies.sort_unstable_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, reason = "a count of accepts")]
    let count = latencies.len() as f64;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / count;
    Ok(Round {
        per_second: count / elapsed.as_secs_f64(),
        latencies,
        cpu_us: (each(user), each(system)),
    })
}
