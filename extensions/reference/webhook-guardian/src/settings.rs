//! The rules as settings: read once, before anything starts.

use std::fmt;

use kiket_sdk::Extension;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A setting that can not be used. The text says which one, where in it, and what is allowed.
#[derive(thiserror::Error)]
#[error("the setting {key} can not be used{place}: {problem}; correct it in .kiket/manifest.yaml")]
pub(crate) struct WrongSetting {
    key: &'static str,
    /// Where in the setting, when it is not the whole.
    place: String,
    problem: String,
}

/// `main` prints this.
impl fmt::Debug for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The rules in a setting; none when it has no value.
///
/// # Errors
/// When the value is no list of such rules.
pub(crate) fn read<T: DeserializeOwned>(
    extension: &Extension,
    key: &'static str,
) -> Result<Vec<T>, WrongSetting> {
    let wrong = |place: String, problem: String| WrongSetting { key, place, problem };
    let value: Option<Value> =
        extension.get_setting(key).map_err(|error| wrong(String::new(), error.to_string()))?;
    let Some(value) = value else { return Ok(Vec::new()) };
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!(", at {path}") };
        wrong(place, error.into_inner().to_string())
    })
}
