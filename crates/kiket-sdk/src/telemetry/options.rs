//! Whether there is telemetry, and where it goes.

use kiket_client::{Client, TelemetrySink};
use kiket_contract::environment;

use super::{FeedbackHook, Reporter};
use crate::Error;
use crate::environment::Environment;

/// Values with which the variable for it turns telemetry off.
const OUT: [&str; 4] = ["1", "true", "yes", "on"];

/// What the builder chose. Without any of it, and without a variable, no record leaves the program.
#[derive(Default)]
pub(crate) struct TelemetryOptions {
    pub(crate) enabled: Option<bool>,
    pub(crate) url: Option<String>,
    pub(crate) feedback_hook: Option<FeedbackHook>,
}

impl TelemetryOptions {
    /// What tells records, where they are wanted; `in_environment` is whether the environment's
    /// address comes before the program's.
    pub(crate) fn reporter(
        &mut self,
        client: &Client,
        environment: &Environment,
        environment_first: bool,
    ) -> Result<Reporter, Error> {
        if self.enabled == Some(false) || is_opted_out(environment) {
            return Ok(Reporter::default());
        }
        let written = self.url.take().filter(|url| !url.is_empty());
        let variable = environment.get(environment::TELEMETRY_URL);
        let url = if environment_first { variable.or(written) } else { written.or(variable) };
        let sink = match url {
            Some(url) => Some(TelemetrySink::at(&url).map_err(Error::TelemetryUrl)?),
            None if self.enabled == Some(true) => Some(TelemetrySink::of(client)),
            None => None,
        };
        if let Some(sink) = &sink {
            tracing::info!(url = sink.url(), "a record of each call of a handler is posted");
        }
        Ok(Reporter::new(self.feedback_hook.take(), sink, client))
    }
}

/// A switch that is meant to keep records in takes every word for yes that an SDK takes.
fn is_opted_out(environment: &Environment) -> bool {
    let said = environment.get(environment::TELEMETRY_OPTOUT).unwrap_or_default();
    OUT.contains(&said.trim().to_ascii_lowercase().as_str())
}
