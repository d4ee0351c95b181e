//! The values of settings, as a handler sees them.

use kiket_manifest::{Configuration, WrongType};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The settings that are not secret, from [`Context::settings`](crate::Context::settings). A value is
/// the program's own, else the manifest's default.
///
/// ```
/// use kiket_sdk::prelude::*;
/// use serde_json::Value;
///
/// async fn created(_issue: Value, context: Context) -> Result<Value> {
///     let retries = context.settings().get::<u32>("MAX_RETRIES")?.unwrap_or(3);
///     Ok(json!({ "retries": retries }))
/// }
///
/// let extension = Extension::new("com.example.crm")
///     .setting("MAX_RETRIES", 5)
///     .webhook("issue.created", "v1", created);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SettingValues<'a>(&'a Configuration);

impl<'a> SettingValues<'a> {
    pub(crate) fn new(configuration: &'a Configuration) -> Self {
        Self(configuration)
    }

    /// The value of a setting as the program's own type; `None` when there is none, or it is `null`.
    /// Where the manifest names a type, a text that says the same is one: `"3"` is 3 for an integer.
    ///
    /// # Errors
    /// [`WrongType`] when there is a value and it is of another type.
    pub fn get<T: Deserialize<'a>>(&self, key: &str) -> Result<Option<T>, WrongType> {
        self.0.get(key)
    }

    /// All of them, by key.
    #[must_use]
    pub fn all(&self) -> &'a Map<String, Value> {
        &self.0.values
    }
}
