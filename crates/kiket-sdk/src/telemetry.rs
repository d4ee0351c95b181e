//! What is told about each call of a handler: to the log, the span, the feedback hook and, if the
//! program wants it, to an address for telemetry.

mod courier;
mod feedback;
mod options;
mod reporter;
mod scrub;

pub use kiket_contract::api::telemetry::{TelemetryRecord, TelemetryStatus};
use serde_json::Map;
use tokio::time::Instant;
use tracing::Span;

pub(crate) use feedback::FeedbackHook;
pub(crate) use options::TelemetryOptions;
pub(crate) use reporter::Reporter;
pub(crate) use scrub::scrubbed;

use crate::Context;
use crate::handler_error::Kind;
use crate::invocation::Ending;

/// How much of a failure's text is logged, in bytes.
pub(crate) const LONGEST_LOGGED: usize = 16 * 1024;
/// How much of it a record has, in bytes, so that waiting records have a bounded size.
const LONGEST_MESSAGE: usize = 1024;

/// Tells how a handler that was called at `start` ended now.
pub(crate) fn tell(context: &Context, ending: &Ending, start: Instant) {
    Span::current().record("outcome", ending.name());
    let failure = match ending {
        Ending::Failed(error) => context.scrubbed(&error.to_string(), LONGEST_LOGGED),
        _ => String::new(),
    };
    log(ending, &failure, start);
    #[cfg(feature = "metrics")]
    crate::measures::invocation(context, ending, start.elapsed());
    let reporter = &context.configuration().reporter;
    if reporter.is_wanted() {
        let record = record(context, ending, failure, start);
        reporter.tell(record, context.auth().runtime_token.as_ref());
    }
}

fn log(ending: &Ending, failure: &str, start: Instant) {
    let duration_ms = || milliseconds(start);
    match ending {
        Ending::Answered(_) => {
            tracing::debug!(status = 200, duration_ms = duration_ms(), "handled");
        }
        Ending::Failed(error) if matches!(error.kind(), Kind::Internal) => {
            tracing::error!(
                status = error.status(),
                duration_ms = duration_ms(),
                "the handler failed: {failure}"
            );
        }
        Ending::Failed(error) => {
            tracing::warn!(
                status = error.status(),
                duration_ms = duration_ms(),
                "the handler failed: {failure}"
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

fn record(context: &Context, ending: &Ending, failure: String, start: Instant) -> TelemetryRecord {
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
            Ending::Failed(_) => Some(scrub::cut(failure, LONGEST_MESSAGE)),
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
