//! What is told about each call of a handler: to the log, the span and the feedback hook.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use kiket_contract::api::telemetry::{TelemetryRecord, TelemetryStatus};
use serde_json::Map;
use tokio::time::Instant;
use tracing::Span;

use crate::Context;
use crate::handler_error::Kind;
use crate::invocation::Ending;

/// What the program does with each record.
pub(crate) type FeedbackHook = Arc<dyn Fn(&TelemetryRecord) + Send + Sync>;

/// Tells how a handler that was called at `start` ended now.
pub(crate) fn tell(context: &Context, ending: &Ending, start: Instant) {
    Span::current().record("outcome", ending.name());
    log(ending, start);
    #[cfg(feature = "metrics")]
    crate::measures::invocation(context, ending, start.elapsed());
    if let Some(hook) = &context.configuration().options.feedback_hook {
        let record = record(context, ending, start);
        if catch_unwind(AssertUnwindSafe(|| hook(&record))).is_err() {
            tracing::error!("the feedback hook panicked; its message is above");
        }
    }
}

fn log(ending: &Ending, start: Instant) {
    let duration_ms = || milliseconds(start);
    match ending {
        Ending::Answered(_) => {
            tracing::debug!(status = 200, duration_ms = duration_ms(), "handled");
        }
        Ending::Failed(error) if matches!(error.kind(), Kind::Internal) => {
            tracing::error!(
                status = error.status(),
                duration_ms = duration_ms(),
                "the handler failed: {error}"
            );
        }
        Ending::Failed(error) => {
            tracing::warn!(
                status = error.status(),
                duration_ms = duration_ms(),
                "the handler failed: {error}"
            );
        }
        Ending::Panicked => {
            tracing::error!(
                duration_ms = duration_ms(),
                "the handler panicked; its message is above"
            );
        }
        Ending::TimedOut => tracing::error!(
            duration_ms = duration_ms(),
            "the handler did not end in time and was dropped; shorten it, or hand the work to \
             `context.background`"
        ),
    }
}

fn record(context: &Context, ending: &Ending, start: Instant) -> TelemetryRecord {
    let failed = !matches!(ending, Ending::Answered(_));
    TelemetryRecord {
        event: context.event().to_owned(),
        version: context.event_version().to_owned(),
        status: if failed { TelemetryStatus::Error } else { TelemetryStatus::Ok },
        duration_ms: milliseconds(start),
        timestamp: context.now(),
        extension_id: Some(context.extension_id().to_owned()),
        extension_version: context.extension_version().map(str::to_owned),
        error_message: match ending {
            Ending::Answered(_) => None,
            Ending::Failed(error) => Some(error.to_string()),
            Ending::Panicked => Some("the handler panicked".to_owned()),
            Ending::TimedOut => Some("the handler did not end in time".to_owned()),
        },
        error_class: failed.then(|| ending.name().to_owned()),
        delivery_id: context.delivery_id(),
        metadata: Map::new(),
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

impl Ending {
    /// One word for it, to count by.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Answered(_) => "ok",
            Self::Failed(error) => match error.kind() {
                Kind::Permanent { .. } => "permanent",
                Kind::Retryable { .. } => "retryable",
                Kind::MissingScopes(_) => "missing_scopes",
                Kind::Internal => "internal",
            },
            Self::Panicked => "panic",
            Self::TimedOut => "timeout",
        }
    }
}
