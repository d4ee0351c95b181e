//! What a guard decides.

use kiket_contract::response::{GuardAnswer, GuardStatus, OUTPUT_FIELDS};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::answer::worded;

const PENDING: &str = "The extension has not decided yet.";
const DENIED: &str = "The extension refused this.";

/// What a guard decides: that Kiket goes on, waits, or stops.
///
/// ```
/// use kiket_sdk::prelude::*;
///
/// let allowed = Guard::allow().output_field("invoice", "INV-7").metadata("checked", 3);
/// assert_eq!(
///     serde_json::to_value(allowed).unwrap(),
///     json!({
///         "status": "allow",
///         "metadata": { "output_fields": { "invoice": "INV-7" }, "checked": 3 },
///     })
/// );
/// let denied = Guard::deny("The invoice is not paid.");
/// assert_eq!(
///     serde_json::to_value(denied).unwrap(),
///     json!({ "status": "deny", "message": "The invoice is not paid." })
/// );
/// ```
#[derive(Debug, Clone)]
#[must_use = "a guard decides by what its handler returns"]
pub struct Guard {
    answer: GuardAnswer,
    /// Why the metadata can not be written. Then the answer is 500, and Kiket denies.
    fault: Option<String>,
}

impl Guard {
    fn new(status: GuardStatus, message: Option<String>) -> Self {
        Self { answer: GuardAnswer { status, message, metadata: Map::new() }, fault: None }
    }

    /// Kiket goes on.
    pub fn allow() -> Self {
        Self::new(GuardStatus::Allow, None)
    }

    /// Kiket waits until approvals resolve, and shows the user the message. A blank one becomes
    /// "The extension has not decided yet."
    pub fn pending(message: impl Into<String>) -> Self {
        Self::new(GuardStatus::Pending, None).message(message)
    }

    /// Kiket stops, and shows the user the message as an error. A blank one becomes "The extension
    /// refused this."
    pub fn deny(message: impl Into<String>) -> Self {
        Self::new(GuardStatus::Deny, None).message(message)
    }

    /// What the user is told, in place of what was said before. A blank text of
    /// [`Guard::allow`] is left out.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.answer.message = worded(
            message.into(),
            match self.answer.status {
                GuardStatus::Allow => None,
                GuardStatus::Pending => Some(PENDING),
                GuardStatus::Deny => Some(DENIED),
            },
        );
        self
    }

    /// A fact that Kiket keeps with the answer. A value that can not be written as JSON makes the
    /// handler fail with 500, which denies.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.answer.metadata.insert(key.into(), value);
            }
            Err(error) => self.fault = Some(error.to_string()),
        }
        self
    }

    /// A text for one of the manifest's output fields, which Kiket shows. Changes nothing unless
    /// the guard allows.
    pub fn output_field(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        if self.answer.status == GuardStatus::Allow {
            let fields = self.answer.metadata.entry(OUTPUT_FIELDS).or_insert(Value::Null);
            if !fields.is_object() {
                *fields = Value::Object(Map::new());
            }
            fields[key.into()] = Value::String(value.into());
        }
        self
    }
}

/// The answer as it goes over the wire.
impl Serialize for Guard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.fault {
            None => self.answer.serialize(serializer),
            Some(fault) => Err(S::Error::custom(fault)),
        }
    }
}
