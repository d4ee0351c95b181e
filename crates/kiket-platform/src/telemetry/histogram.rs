//! Durations in buckets that are nearly alike.
//!
//! A bucket ends a tenth above where it begins, so what is read from it is at most 5 % off, and a
//! microsecond to a day are 259 buckets. Counts and averages are exact. A record of its own for each
//! call would be exact too, but the window of a busy extension would then have millions of them.

use std::collections::BTreeMap;

use kiket_contract::api::telemetry::report::Figures;

/// How much longer a bucket's end is than its begin.
const STEP: f64 = 1.1;
/// A microsecond: shorter ones are as long as this.
const SHORTEST_MS: f64 = 0.001;
/// A day: longer ones are as long as this.
const LONGEST_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// How many calls there were of each duration, how many failed, and how long they took together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    buckets: BTreeMap<i64, u64>,
    pub(crate) total: u64,
    errors: u64,
    duration_ms: f64,
}

/// Calls whose durations are nearly alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alike {
    pub(crate) bucket: i64,
    pub(crate) total: u64,
    pub(crate) errors: u64,
    /// All of them together.
    pub(crate) duration_ms: f64,
}

/// The bucket of a duration.
pub(crate) fn bucket(duration_ms: f64) -> i64 {
    let bounded = duration_ms.clamp(SHORTEST_MS, LONGEST_MS);
    // Within -73 and 192.
    #[expect(clippy::cast_possible_truncation, reason = "the durations are bounded")]
    let bucket = (bounded.ln() / STEP.ln()).floor() as i64;
    bucket
}

/// What stands for the durations of a bucket: as far from its begin as from its end.
#[expect(clippy::cast_precision_loss, reason = "there are few buckets")]
fn middle(bucket: i64) -> f64 {
    STEP.powf(bucket as f64 + 0.5)
}

impl Histogram {
    pub(crate) fn add(&mut self, calls: Alike) {
        *self.buckets.entry(calls.bucket).or_default() += calls.total;
        self.total += calls.total;
        self.errors += calls.errors;
        self.duration_ms += calls.duration_ms;
    }

    /// What so many of a hundred calls took at most.
    fn percentile(&self, percent: u64) -> Option<f64> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut counted = 0;
        let found = self.buckets.iter().find(|(_, calls)| {
            counted += **calls;
            counted >= rank
        });
        found.map(|(bucket, _)| rounded(middle(*bucket)))
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer calls than a float holds exactly")]
    pub(crate) fn figures(&self) -> Figures {
        let (total, errors) = (self.total as f64, self.errors as f64);
        Figures {
            total: self.total,
            error_count: self.errors,
            error_rate: if self.total == 0 { 0.0 } else { errors / total },
            avg_latency_ms: (self.total > 0).then(|| rounded(self.duration_ms / total)),
            p50_latency_ms: self.percentile(50),
            p95_latency_ms: self.percentile(95),
            p99_latency_ms: self.percentile(99),
        }
    }
}

/// To a microsecond.
fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(durations: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::default();
        for duration_ms in durations {
            let bucket = bucket(duration_ms);
            histogram.add(Alike { bucket, total: 1, errors: 0, duration_ms });
        }
        histogram
    }

    #[test]
    fn percentiles_are_at_most_5_percent_off_and_the_average_is_exact() {
        for scale in [0.01, 1.0, 37.0, 4_000.0] {
            let figures = of((1..=1_000).map(|n| f64::from(n) * scale)).figures();
            for (found, exact) in [
                (figures.p50_latency_ms, 500.0 * scale),
                (figures.p95_latency_ms, 950.0 * scale),
                (figures.p99_latency_ms, 990.0 * scale),
            ] {
                let found = found.unwrap();
                assert!((found / exact - 1.0).abs() < 0.05, "{found} for {exact}");
            }
            assert!((figures.avg_latency_ms.unwrap() / (500.5 * scale) - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn the_slowest_of_a_few_is_their_99th_percentile() {
        let figures = of([10.0, 10.0, 500.0]).figures();
        assert!((figures.p50_latency_ms.unwrap() - 10.0).abs() < 0.5);
        assert!((figures.p99_latency_ms.unwrap() - 500.0).abs() < 25.0);
    }

    #[test]
    fn there_are_few_buckets_however_odd_a_duration_is() {
        let odd = [0.0, -1.0, f64::MIN_POSITIVE, 1e-3, 1.0, 8.64e7, 1e300, f64::INFINITY];
        assert!(odd.into_iter().map(bucket).all(|bucket| (-73..=192).contains(&bucket)));
        assert_eq!(Histogram::default().figures(), Figures::default());
    }
}
