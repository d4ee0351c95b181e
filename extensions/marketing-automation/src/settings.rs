//! Settings: the manifest declares them with their defaults, and each handler asks for its own.

use kiket_sdk::prelude::*;
use serde::de::DeserializeOwned;

/// The value of a setting, which the manifest gives at least a default.
///
/// There are no defaults in the code, so that people see in the manifest what holds.
pub(crate) fn setting<T: DeserializeOwned>(context: &Context, key: &str) -> Result<T> {
    let value = context.settings().get(key)?;
    value.or_permanent(422, format!("the setting {key} has no value"))
}
