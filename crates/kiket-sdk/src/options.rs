//! How an extension behaves, as the program chose.

use std::fmt;
use std::time::Duration;

use kiket_contract::secret::Secret;
use kiket_manifest::secret_in_environment;
use serde_json::{Map, Value};

use crate::environment::Environment;
use crate::idempotency::EffectivelyOnce;
use crate::telemetry::TelemetryOptions;

/// What the builder chose, or the defaults.
pub(crate) struct Options {
    pub(crate) settings: Map<String, Value>,
    pub(crate) auto_env_secrets: bool,
    /// Whether the health check lists every handler.
    pub(crate) health_details: bool,
    pub(crate) effectively_once: EffectivelyOnce,
    /// Whether a handler's time ends.
    pub(crate) deadlines: bool,
    /// How long a handler may go on when nobody waits for it any more.
    pub(crate) overrun: Duration,
    pub(crate) max_connections: usize,
    pub(crate) telemetry: TelemetryOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Map::new(),
            auto_env_secrets: true,
            health_details: true,
            effectively_once: EffectivelyOnce::default(),
            deadlines: true,
            overrun: Duration::from_secs(30),
            max_connections: 512,
            telemetry: TelemetryOptions::default(),
        }
    }
}

impl Options {
    /// A secret in the environment: the variable of exactly this name, else those of a secret
    /// setting.
    pub(crate) fn secret(&self, environment: &Environment, key: &str) -> Option<Secret> {
        environment.secret(key).or_else(|| self.secret_setting(environment, key))
    }

    /// A secret setting in the environment: the first of its variables `KIKET_SECRET_…`.
    pub(crate) fn secret_setting(&self, environment: &Environment, key: &str) -> Option<Secret> {
        let look = self.auto_env_secrets;
        look.then(|| secret_in_environment(key, |name| environment.get(name))).flatten()
    }
}

/// Shows no settings: some may be secret.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("effectively_once", &self.effectively_once)
            .field("deadlines", &self.deadlines)
            .field("overrun", &self.overrun)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
