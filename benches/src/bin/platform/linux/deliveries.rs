//! Deliveries: 1000 events a second for a while, and how long after its sending each arrives; once
//! more beside an extension of another project that hangs.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::process::{Cpu, Server};
use super::receiver::Arrivals;
use super::requests::{Connection, install};
use super::{quantile, verdict};

const A_SECOND: u32 = 1_000;
const SENDERS: u64 = 16;
/// Milliseconds.
const P95_BELOW: f64 = 50.0;
/// By how much a hung extension may change the others' p95.
const CHANGE_BELOW: f64 = 0.1;
/// Times that the two rows take turns.
const TURNS: usize = 3;
const PROJECT: u32 = 27;
const HUNG_PROJECT: u32 = 28;

struct Run {
    /// Milliseconds, sorted.
    latencies: Vec<f64>,
    cpu_us: (f64, f64),
}

pub(crate) async fn print(folder: &Path, seconds: u64) -> anyhow::Result<()> {
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for turn in 1..=TURNS {
        eprintln!("deliveries, turn {turn} of {TURNS}");
        alone.push(run(folder, seconds, false).await?);
        beside.push(run(folder, seconds, true).await?);
    }
    println!("From sending an event to its arrival, {A_SECOND} events a second for {seconds} s.\n");
    println!("{:<28} {:>8} {:>8} {:>8}  (ms)", "", "p50", "p95", "p99");
    let p95 = row("alone", &mut alone);
    let beside_p95 = row("beside one that hangs", &mut beside);
    println!("p95 below {P95_BELOW} ms: {}", verdict(p95 < P95_BELOW));
    let change = beside_p95 / p95 - 1.0;
    println!("changed by {:.1} %, below 10: {}", change * 100.0, verdict(change < CHANGE_BELOW));
    let (user, system) = alone[TURNS / 2].cpu_us;
    println!("CPU for an event accepted and delivered: {user:.0} µs user, {system:.0} µs system\n");
    Ok(())
}

/// Prints the turn with the median p95, and returns that p95.
fn row(name: &str, turns: &mut [Run]) -> f64 {
    turns.sort_by(|a, b| quantile(&a.latencies, 0.95).total_cmp(&quantile(&b.latencies, 0.95)));
    let latencies = &turns[turns.len() / 2].latencies;
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(latencies, share));
    println!("{name:<28} {p50:>8.2} {p95:>8.2} {p99:>8.2}");
    p95
}

async fn run(folder: &Path, seconds: u64, hung: bool) -> anyhow::Result<Run> {
    let data = tempfile::tempdir_in(folder)?;
    let server = Server::start(data.path(), true)?;
    let arrivals = Arrivals::default();
    let address = arrivals.serve().await?;
    install(&server, "taker", PROJECT, &format!("http://{address}")).await?;
    // Accepts connections in the kernel, and never reads from one.
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    if hung {
        let url = format!("http://{}", silent.local_addr()?);
        install(&server, "hung", HUNG_PROJECT, &url).await?;
        let mut connection = Connection::open(&server).await?;
        for number in 0..200 {
            connection.send(HUNG_PROJECT, 1_000_000_000 + number).await?;
        }
    }
    let before = server.cpu()?;
    let sent = pace(&server, seconds).await?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while arrivals.count() < sent.len() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let Cpu { user, system } = server.cpu()?.since(before);
    let arrived = arrivals.take();
    ensure!(arrived.len() >= sent.len(), "{} of {} arrived", arrived.len(), sent.len());
    let mut latencies: Vec<f64> = arrived
        .iter()
        .filter_map(|(number, at)| {
            let sent = sent.get(usize::try_from(*number).ok()?)?;
            Some(at.duration_since(*sent).as_secs_f64() * 1e3)
        })
        .collect();
    latencies.sort_unstable_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, reason = "a count of events")]
    let each = |time: Duration| time.as_secs_f64() * 1e6 / sent.len() as f64;
    Ok(Run { latencies, cpu_us: (each(user), each(system)) })
}

/// Sends events at an even pace, whatever their answers take; returns when each was due.
async fn pace(server: &Server, seconds: u64) -> anyhow::Result<Vec<Instant>> {
    let count = u64::from(A_SECOND) * seconds;
    let begin = Instant::now() + Duration::from_millis(50);
    let due: Vec<Instant> = (0..count)
        .map(|number| {
            begin + Duration::from_secs(1) / A_SECOND * u32::try_from(number).unwrap_or(0)
        })
        .collect();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let mut connection = Connection::open(server).await?;
        let mine: Vec<(u64, Instant)> =
            (0..count).zip(due.iter().copied()).filter(|(n, _)| n % SENDERS == sender).collect();
        senders.spawn(async move {
            for (number, due) in mine {
                tokio::time::sleep_until(due.into()).await;
                connection.send(PROJECT, number).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    Ok(due)
}
