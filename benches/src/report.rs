//! The table, and what it means.

use crate::load::Round;
use crate::process::Kind;

/// How far a floor's own rounds may be apart before the run says nothing.
const STEADY: f64 = 1.15;
/// How many of its requests a handler must have run for.
const HANDLED: f64 = 0.99;

/// All rounds of a run.
#[derive(Default)]
pub(crate) struct Report {
    rounds: Vec<(Kind, Round)>,
}

impl Report {
    pub(crate) fn add(&mut self, kind: Kind, round: Round) {
        self.rounds.push((kind, round));
    }

    pub(crate) fn print(&self) {
        println!(
            "\n{:<22} {:>9} {:>8} {:>8} {:>12} {:>9} {:>9}",
            "server", "req/s", "p50 µs", "p99 µs", "user µs/req", "RSS MiB", "handled"
        );
        for kind in Kind::ALL {
            self.row(kind);
        }
        println!();
        self.ratio(Kind::FloorA, "target 0.80");
        self.ratio(Kind::FloorB, "no target as shipped");
    }

    fn of(&self, kind: Kind, figure: impl Fn(&Round) -> f64) -> Vec<f64> {
        let rounds = self.rounds.iter().filter(|(of, _)| *of == kind);
        let mut figures: Vec<f64> = rounds.map(|(_, round)| figure(round)).collect();
        figures.sort_by(f64::total_cmp);
        figures
    }

    fn row(&self, kind: Kind) {
        let handled = median(&self.of(kind, |round| count(round.handled) / count(round.requests)));
        let shown = if handled < HANDLED { "void" } else { "" };
        println!(
            "{:<22} {:>9.0} {:>8.0} {:>8.0} {:>12.2} {:>9.1} {:>8.1}% {shown}",
            kind.name(),
            median(&self.of(kind, |round| count(round.requests) / round.elapsed.as_secs_f64())),
            median(&self.of(kind, |round| percentile(round, 50))),
            median(&self.of(kind, |round| percentile(round, 99))),
            median(&self.of(kind, cost)),
            median(&self.of(kind, |round| count(round.resident_kib) / 1024.0)),
            100.0 * handled,
        );
    }

    /// The floor's cost divided by the SDK's.
    fn ratio(&self, floor: Kind, target: &str) {
        let costs = self.of(floor, cost);
        let ratio = median(&costs) / median(&self.of(Kind::Sdk, cost));
        let apart = costs.last().unwrap_or(&1.0) / costs.first().unwrap_or(&1.0);
        let verdict = if apart > STEADY {
            format!("void: its rounds differ by {:.0} %", 100.0 * (apart - 1.0))
        } else {
            target.to_owned()
        };
        println!("{} / {}: {ratio:.2} ({verdict})", floor.name(), Kind::Sdk.name());
    }
}

/// User CPU time per request, in microseconds.
fn cost(round: &Round) -> f64 {
    round.user.as_secs_f64() * 1e6 / count(round.requests)
}

fn percentile(round: &Round, percent: usize) -> f64 {
    let at = round.latencies.len() * percent / 100;
    f64::from(*round.latencies.get(at).unwrap_or(&0))
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2⁵²")]
fn count(number: u64) -> f64 {
    number as f64
}
