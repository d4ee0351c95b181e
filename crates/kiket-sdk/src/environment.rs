//! Where the environment's variables come from; [`kiket_contract::environment`] has their names.

use std::fmt;
use std::sync::Arc;

use kiket_contract::secret::Secret;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Looks variables up. An empty one counts as unset.
#[derive(Clone)]
pub(crate) struct Environment(Arc<Lookup>);

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
