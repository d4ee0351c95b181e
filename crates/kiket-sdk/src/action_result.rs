//! What came of an action.

use kiket_contract::response::{ActionAnswer, ActionStatus};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::answer::worded;

const FAILED: &str = "The action failed.";

/// What came of an action, for the user who triggered it.
///
/// A failure is an answer like any other: HTTP 200, and Kiket shows its message. Where no answer
/// was found, for example because another service is down, return a
/// [`HandlerError`](crate::HandlerError).
///
/// ```
/// use kiket_sdk::prelude::*;
///
/// let synced = ActionResult::success()
///     .message("Synced 42 contacts")
///     .data(json!({ "synced_count": 42 }));
/// assert_eq!(
///     serde_json::to_value(synced).unwrap(),
///     json!({
///         "status": "success",
///         "message": "Synced 42 contacts",
///         "data": { "synced_count": 42 },
///     })
/// );
/// ```
#[derive(Debug, Clone)]
#[must_use = "the user learns what the handler returns"]
pub struct ActionResult {
    answer: ActionAnswer,
    /// Why the data can not be written. Then the answer is 500.
    fault: Option<String>,
}

impl ActionResult {
    fn new(status: ActionStatus) -> Self {
        Self { answer: ActionAnswer { status, message: None, data: None }, fault: None }
    }

    /// The action did what it is for.
    pub fn success() -> Self {
        Self::new(ActionStatus::Success)
    }

    /// The action did not do what it is for, and the message says why. A blank one becomes "The
    /// action failed."
    pub fn failure(message: impl Into<String>) -> Self {
        Self::new(ActionStatus::Error).message(message)
    }

    /// What the user is told, in place of what was said before. A blank text of
    /// [`ActionResult::success`] is left out.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        let default = (self.answer.status == ActionStatus::Error).then_some(FAILED);
        self.answer.message = worded(message.into(), default);
        self
    }

    /// What Kiket displays. What can not be written as JSON makes the handler fail with 500.
    pub fn data(mut self, data: impl Serialize) -> Self {
        match serde_json::to_value(data) {
            Ok(data) => self.answer.data = Some(data).filter(|data| !data.is_null()),
            Err(error) => self.fault = Some(error.to_string()),
        }
        self
    }
}

/// The answer as it goes over the wire.
impl Serialize for ActionResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.fault {
            None => self.answer.serialize(serializer),
            Some(fault) => Err(S::Error::custom(fault)),
        }
    }
}
