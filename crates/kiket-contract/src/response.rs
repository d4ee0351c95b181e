//! What is answered: by an extension to a delivery, by the platform to a call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The answer of a handler that has nothing to say.
pub const OK: &str = r#"{"ok":true}"#;

/// The body of every error on the wire, in both directions.
///
/// `error` is the member that the other SDKs read; the rest helps whoever has to mend it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What happened, in one line for a person.
    pub error: String,
    /// What to do about it, or more of what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The same in a word for programs, for example `invalid_signature`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Facts for programs, by code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The exchange that failed, for a look into the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ErrorBody {
    /// An error with its code.
    #[must_use]
    pub fn new(code: &str, error: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            message: None,
            code: Some(code.to_owned()),
            details: None,
            request_id: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Adds facts for programs.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}
