//! What a run showed: each row, each ratio with its target, and the limits of the shipped row.

use serde::Serialize;

use crate::figures::{median, spread, unhandled, unsteady};
use crate::meter::Method;
use crate::round::Round;
use crate::rows::{Against, FLOOR_A, Row, SHIPPED};

/// How much later than floor A's the slowest hundredth may be.
const LATEST: f64 = 1.1;
const MOST_RESIDENT_MIB: f64 = 15.0;
const LONGEST_START_MS: f64 = 5.0;

/// All figures of one row.
pub(crate) struct Measured {
    pub(crate) row: &'static Row,
    pub(crate) allocations: Option<f64>,
    pub(crate) cold_start_ms: Option<f64>,
    pub(crate) rounds: Vec<Round>,
}

/// What a run showed.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) counted: Method,
    pub(crate) rounds: u32,
    pub(crate) rows: Vec<RowReport>,
    pub(crate) ratios: Vec<Ratio>,
    pub(crate) limits: Vec<Limit>,
}

/// The medians of a row's rounds.
#[derive(Serialize)]
pub(crate) struct RowReport {
    pub(crate) row: &'static str,
    pub(crate) requests_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    /// Per request, in what the report counted.
    pub(crate) cost: f64,
    /// By how much the dearest round is above the cheapest.
    pub(crate) cost_spread: f64,
    /// User and system time per request.
    pub(crate) cpu_us: f64,
    pub(crate) allocations: Option<f64>,
    pub(crate) resident_mib: f64,
    /// Opened to the API in all.
    pub(crate) connections: u64,
    pub(crate) cold_start_ms: Option<f64>,
    pub(crate) void: Option<String>,
}

/// The cost of one row divided by another's.
#[derive(Serialize)]
pub(crate) struct Ratio {
    pub(crate) floor: &'static str,
    pub(crate) row: &'static str,
    pub(crate) ratio: f64,
    pub(crate) target: Option<f64>,
    /// The row's p99 divided by the floor's, where that has a target.
    pub(crate) p99: Option<f64>,
    pub(crate) p99_target: f64,
    pub(crate) void: Option<String>,
}

/// A figure that shall be below another.
#[derive(Serialize)]
pub(crate) struct Limit {
    pub(crate) row: &'static str,
    pub(crate) what: &'static str,
    pub(crate) figure: f64,
    pub(crate) below: f64,
}

impl Report {
    pub(crate) fn new(counted: Method, rounds: u32, all: &[Measured]) -> Self {
        let against = |of| all.iter().find(|other| other.row.name == of);
        let ratios = all.iter().flat_map(|measured| {
            let ratio = |to: &Against| Some(measured.ratio(against(to.row)?, to.target));
            measured.row.against.iter().filter_map(ratio)
        });
        Self {
            counted,
            rounds,
            rows: all.iter().map(Measured::report).collect(),
            ratios: ratios.collect(),
            limits: all.iter().flat_map(Measured::limits).collect(),
        }
    }
}

impl Ratio {
    /// Those of rows of which nothing but the instructions per request is known.
    pub(crate) fn of_instructions(all: &[(&'static Row, f64)]) -> Vec<Self> {
        let ratio = |row: &'static Row, cost: f64, to: &Against| {
            let (_, of_floor) = all.iter().find(|(other, _)| other.name == to.row)?;
            Some(Self {
                floor: to.row,
                row: row.name,
                ratio: of_floor / cost,
                target: to.target,
                p99: None,
                p99_target: LATEST,
                void: None,
            })
        };
        let of_row = |(row, cost): &(&'static Row, f64)| {
            row.against.iter().filter_map(|to| ratio(row, *cost, to)).collect::<Vec<_>>()
        };
        all.iter().flat_map(of_row).collect()
    }
}

impl Measured {
    fn each(&self, figure: impl Fn(&Round) -> f64) -> Vec<f64> {
        self.rounds.iter().map(figure).collect()
    }

    fn costs(&self) -> Vec<f64> {
        self.each(|round| round.cost)
    }

    fn p99(&self) -> f64 {
        median(&self.each(|round| round.p99))
    }

    fn void(&self) -> Option<String> {
        let sum = |figure: fn(&Round) -> u64| self.rounds.iter().map(figure).sum();
        unhandled(sum(|round| round.requests), sum(|round| round.handled))
    }

    fn report(&self) -> RowReport {
        RowReport {
            row: self.row.name,
            requests_per_second: median(&self.each(|round| round.per_second)),
            p50_us: median(&self.each(|round| round.p50)),
            p99_us: self.p99(),
            cost: median(&self.costs()),
            cost_spread: spread(&self.costs()),
            cpu_us: median(&self.each(|round| round.cpu)),
            allocations: self.allocations,
            resident_mib: median(&self.each(|round| round.resident_mib)),
            connections: self
                .rounds
                .iter()
                .map(|round| round.connections)
                .max()
                .unwrap_or_default(),
            cold_start_ms: self.cold_start_ms,
            void: self.void(),
        }
    }

    fn void_against(&self, floor: &Self) -> Option<String> {
        let of = |measured: &Self, why| format!("{}: {why}", measured.row.name);
        let by_row = self.void().map(|why| of(self, why));
        by_row.or_else(|| Some(of(floor, floor.void().or_else(|| unsteady(&floor.costs()))?)))
    }

    fn ratio(&self, floor: &Self, target: Option<f64>) -> Ratio {
        let is_timed = floor.row.name == FLOOR_A;
        Ratio {
            floor: floor.row.name,
            row: self.row.name,
            ratio: median(&floor.costs()) / median(&self.costs()),
            target,
            p99: is_timed.then(|| self.p99() / floor.p99()),
            p99_target: LATEST,
            void: self.void_against(floor),
        }
    }

    fn limits(&self) -> Vec<Limit> {
        if self.row.name != SHIPPED {
            return Vec::new();
        }
        let limit = |what, figure, below| Limit { row: SHIPPED, what, figure, below };
        let resident = median(&self.each(|round| round.resident_mib));
        let mut limits = vec![limit("resident MiB", resident, MOST_RESIDENT_MIB)];
        let start = |time| limit("cold start ms", time, LONGEST_START_MS);
        limits.extend(self.cold_start_ms.map(start));
        limits
    }
}
