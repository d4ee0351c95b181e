//! What the platform counts, in the text format that Prometheus reads.
//!
//! No label has a value from a payload, a path or a header: each has a few fixed ones. What waits is
//! read from the database at each look, so that it is right after a restart and with many nodes.
//! To count something more: a field, its line in [`Metrics::register`], a method for whoever counts.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::api::deliveries::Status;
use kiket_contract::response::GuardStatus;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::core::Core;
use crate::error::Error;
use crate::store::queue::Queue;

/// The media type of the answer.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    accepted: Counter,
    settled: Family<StateLabel, Counter>,
    attempts: Family<OutcomeLabel, Counter>,
    attempt_duration: Histogram,
    callbacks: Family<StatusLabel, Counter>,
    guards: Family<DecisionLabel, Counter>,
    writer_batch: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabel {
    decision: &'static str,
    assumed: bool,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("kiket"),
            accepted: Counter::default(),
            settled: Family::default(),
            attempts: Family::default(),
            // 5 ms to 82 s: an extension has at most 60 s to answer.
            attempt_duration: Histogram::new(exponential_buckets(0.005, 2.0, 15)),
            callbacks: Family::default(),
            guards: Family::default(),
            // 1 to 256 writes.
            writer_batch: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        let accepted = self.accepted.clone();
        registry.register("events_accepted", "Events that were answered with 202", accepted);
        registry.register(
            "deliveries_settled",
            "Deliveries that came to their end, by their final state",
            self.settled.clone(),
        );
        registry.register("attempts", "Attempts, by what they met", self.attempts.clone());
        registry.register_with_unit(
            "attempt_duration",
            "From the begin of an attempt to its end",
            Unit::Seconds,
            self.attempt_duration.clone(),
        );
        registry.register(
            "callbacks",
            "Calls of extensions with a delivery's token, by the answer's status",
            self.callbacks.clone(),
        );
        registry.register(
            "guards",
            "What guards decided, and whether it had to be assumed",
            self.guards.clone(),
        );
        registry.register(
            "writer_batch_size",
            "Writes that were committed together",
            self.writer_batch.clone(),
        );
    }

    pub(crate) fn event_accepted(&self) {
        self.accepted.inc();
    }

    /// A delivery came to its final state.
    pub(crate) fn delivery_settled(&self, state: Status) {
        self.settled.get_or_create(&StateLabel { state: state.as_str() }).inc();
    }

    pub(crate) fn attempt_ended(&self, outcome: &'static str, duration: Duration) {
        self.attempts.get_or_create(&OutcomeLabel { outcome }).inc();
        self.attempt_duration.observe(duration.as_secs_f64());
    }

    pub(crate) fn called_back(&self, status: u16) {
        self.callbacks.get_or_create(&StatusLabel { status }).inc();
    }

    /// A guard decided, or its decision was assumed.
    pub(crate) fn guard_decided(&self, decision: GuardStatus, assumed: bool) {
        let label = DecisionLabel { decision: decision.as_str(), assumed };
        self.guards.get_or_create(&label).inc();
    }

    /// Where the writer notes the size of each batch.
    pub(crate) fn writer_batch(&self) -> Histogram {
        self.writer_batch.clone()
    }
}

/// Everything that is counted and what waits now, as Prometheus reads it.
pub(crate) async fn render(core: &Core) -> Result<String, Error> {
    let now = core.now();
    let queue = core.store.queue(now).await?;
    let mut waiting = Registry::with_prefix("kiket");
    register_queue(&mut waiting, &queue, now);
    let mut page = String::new();
    // Writing into a string does not fail.
    let _ = text::encode_registry(&mut page, &waiting);
    let _ = text::encode(&mut page, &core.metrics.registry);
    Ok(page)
}

fn register_queue(registry: &mut Registry, queue: &Queue, now: Timestamp) {
    let oldest = queue.oldest_due.map_or(0.0, |due| now.duration_since(due).as_secs_f64());
    for (name, help, count) in [
        ("deliveries_queued", "Deliveries that have not come to their end", queue.queued),
        ("deliveries_due", "Deliveries that could be attempted now", queue.due),
        ("deliveries_in_flight", "Deliveries that are being attempted", queue.in_flight),
    ] {
        registry.register(name, help, ConstGauge::new(count));
    }
    registry.register_with_unit(
        "oldest_due_age",
        "How long the delivery that waits longest has been due",
        Unit::Seconds,
        ConstGauge::new(oldest),
    );
}
