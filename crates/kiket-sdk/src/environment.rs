//! The environment's variables: those that the SDK reads, and where they come from.

use std::fmt;
use std::sync::Arc;

use kiket_contract::secret::Secret;

/// The delivery secret.
pub(crate) const WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET";
/// The delivery secret before the last rotation.
pub(crate) const PREVIOUS_WEBHOOK_SECRET: &str = "KIKET_WEBHOOK_SECRET_PREVIOUS";
/// The address of Kiket's API.
pub(crate) const BASE_URL: &str = "KIKET_BASE_URL";
/// `1`: the environment comes before everything else.
pub(crate) const DEV: &str = "KIKET_DEV";
/// `1`: print the registrations and end.
pub(crate) const DESCRIBE: &str = "KIKET_DESCRIBE";
/// The address to listen at.
pub(crate) const HOST: &str = "HOST";
/// The port to listen at.
pub(crate) const PORT: &str = "PORT";

/// Looks variables up. An empty one counts as unset.
#[derive(Clone)]
pub(crate) struct Environment(Arc<dyn Fn(&str) -> Option<String> + Send + Sync>);

impl Environment {
    pub(crate) fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// The process's own.
    pub(crate) fn process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).map(Secret::from)
    }

    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name).as_deref() == Some("1")
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(…)")
    }
}
