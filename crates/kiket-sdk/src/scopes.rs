//! The check of scopes, before a handler and inside it.

use kiket_contract::scope;

/// Scopes that a handler needs and the delivery's runtime token does not grant. A handler that
/// fails with it answers 403.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the runtime token lacks {}; add it to the manifest's `permissions`", missing.join(", "))]
#[non_exhaustive]
pub struct MissingScopes {
    /// Everything that was required.
    pub required: Vec<String>,
    /// What of it is missing.
    pub missing: Vec<String>,
}

/// Whether `granted` holds all of `required`, spellings aside.
pub(crate) fn check(granted: &[String], required: &[&str]) -> Result<(), MissingScopes> {
    let missing = scope::missing(granted, required);
    if missing.is_empty() {
        return Ok(());
    }
    let owned = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Err(MissingScopes { required: owned(required), missing: owned(&missing) })
}
