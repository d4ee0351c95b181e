//! The load: as many as there are connections, each with one call on its way.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use crate::linux::{median, quantile};

pub(crate) const CONNECTIONS: usize = 64;

/// Milliseconds.
pub(crate) struct Latencies {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

/// One that calls, by the call's number.
pub(crate) trait Caller {
    async fn call(&mut self, number: usize) -> anyhow::Result<()>;
}

/// Calls as fast as they are answered: how many there were in a second, and how many in all.
pub(crate) async fn flat_out<C: Caller>(
    callers: &mut [C],
    length: Duration,
) -> anyhow::Result<(f64, usize)> {
    let next = Cell::new(0);
    let begin = Instant::now();
    let runs = callers.iter_mut().map(async |caller| {
        while begin.elapsed() < length {
            caller.call(next.replace(next.get() + 1)).await?;
        }
        anyhow::Ok(())
    });
    try_join_all(runs).await?;
    #[allow(clippy::cast_precision_loss, reason = "a count of calls")]
    Ok((next.get() as f64 / begin.elapsed().as_secs_f64(), next.get()))
}

/// A call each millisecond, whatever became of those before. A call that had to wait for its
/// connection counts from when it was due.
pub(crate) async fn paced<C: Caller>(
    callers: &mut [C],
    length: Duration,
) -> anyhow::Result<Latencies> {
    let calls = usize::try_from(length.as_millis())?;
    let begin = Instant::now();
    let step = callers.len();
    let runs = callers.iter_mut().enumerate().map(async |(first, caller)| {
        let mut latencies = Vec::new();
        for number in (first..calls).step_by(step) {
            let due = begin + Duration::from_millis(number as u64);
            let is_late = Instant::now() > due;
            tokio::time::sleep_until(due.into()).await;
            let from = if is_late { due } else { Instant::now() };
            caller.call(number).await?;
            latencies.push(from.elapsed().as_secs_f64() * 1e3);
        }
        anyhow::Ok(latencies)
    });
    let mut all = try_join_all(runs).await?.concat();
    let p50 = median(&mut all);
    Ok(Latencies { p50, p95: quantile(&all, 0.95), p99: quantile(&all, 0.99) })
}
