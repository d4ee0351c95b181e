//! What is counted and measured, for whatever recorder of the crate `metrics` the program installs.
//!
//! Labels take few values: events and versions are those of the registrations (`*` for the
//! fallback, whatever a body names), the others are words of this crate.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::Context;
use crate::invocation::Ending;
use crate::refusal::Refusal;

/// Counts a call of a handler that has ended.
pub(crate) fn invocation(context: &Context, ending: &Ending, duration: Duration) {
    let registration = context.registration();
    let event = registration.event().to_owned();
    let version = registration.version().to_owned();
    counter!(
        "kiket_invocations_total",
        "event" => event.clone(),
        "version" => version.clone(),
        "kind" => registration.kind().as_str(),
        "outcome" => ending.name(),
    )
    .increment(1);
    histogram!("kiket_invocation_duration_seconds", "event" => event, "version" => version)
        .record(duration.as_secs_f64());
}

/// Counts a request that does not reach its handler.
pub(crate) fn refusal(refusal: &Refusal) {
    let code = refusal.body().code.unwrap_or_default();
    counter!("kiket_refusals_total", "code" => code).increment(1);
}

/// Counts a delivery that is answered from memory.
pub(crate) fn repeat() {
    counter!("kiket_repeats_total").increment(1);
}

/// Counts a record of a handler's call that did not get out.
pub(crate) fn lost(to: &'static str) {
    counter!("kiket_telemetry_lost_total", "to" => to).increment(1);
}

/// Counts as background work until it is dropped.
pub(crate) struct UnderWay(metrics::Gauge);

impl UnderWay {
    pub(crate) fn begun() -> Self {
        let gauge = gauge!("kiket_background_work");
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
