//! What is answered: by an extension to a delivery, by the platform to a call.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The answer of a handler that has nothing to say.
pub const OK: &str = r#"{"ok":true}"#;

/// The code of a 404 that is about the path itself, and not about a thing at it.
pub const NO_ROUTE: &str = "no_route";

/// The body of every error on the wire, in both directions.
///
/// `error` is the member that the other SDKs read; the rest helps whoever has to mend it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// With 403: the scopes that the call needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_scopes: Option<Vec<String>>,
    /// With 403: those of them that the credential does not grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_scopes: Option<Vec<String>>,
    /// With 429: the seconds until the next call is answered, as in `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
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
            required_scopes: None,
            missing_scopes: None,
            retry_after: None,
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

/// The body of a guard's answer, as the guide *building extensions* describes it.
///
/// The status alone decides. A message or metadata of another form reads as none, so that a clear
/// `deny` stays one.
///
/// ```
/// use kiket_contract::response::{GuardAnswer, GuardStatus};
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let answer: GuardAnswer = serde_json::from_str(r#"{"status":"deny","message":"Closed."}"#)?;
/// assert_eq!(answer.status, GuardStatus::Deny);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardAnswer {
    /// What is to happen.
    pub status: GuardStatus,
    /// Why, for the user. Shown with `pending` and as the error of `deny`.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Facts that are kept with the answer, with [`OUTPUT_FIELDS`] among them.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// The member of [`GuardAnswer::metadata`] with the texts to show, by the keys that the manifest
/// declares. It counts with [`GuardStatus::Allow`] only.
pub const OUTPUT_FIELDS: &str = "output_fields";

/// What a guard decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum GuardStatus {
    /// It happens at once.
    Allow,
    /// It stays blocked until approvals resolve.
    Pending,
    /// It does not happen.
    Deny,
}

impl GuardStatus {
    /// The word as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Pending => "pending",
            Self::Deny => "deny",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Allow, Self::Pending, Self::Deny].into_iter().find(|it| it.as_str() == word)
    }
}

/// The body of an action's answer, as the guide *building extensions* describes it.
///
/// The guide names one status, `success`; for the other, `error` was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionAnswer {
    /// Whether the action did what it is for.
    pub status: ActionStatus,
    /// What happened, for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// Whether an action did what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    /// It did.
    Success,
    /// It did not, and the message says why.
    Error,
}

/// A value of the wanted form, or the default in place of any other.
fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_is_left_out_of_a_guards_answer() {
        let answer =
            GuardAnswer { status: GuardStatus::Allow, message: None, metadata: Map::new() };
        assert_eq!(serde_json::to_value(answer).unwrap(), json!({ "status": "allow" }));
    }

    #[test]
    fn a_deny_with_odd_members_is_still_a_deny() {
        for odd in [
            json!({ "status": "deny", "message": 5, "metadata": ["x"] }),
            json!({ "status": "deny", "message": null, "metadata": null, "more": true }),
        ] {
            let answer: GuardAnswer = serde_json::from_value(odd).unwrap();
            assert_eq!(answer.status, GuardStatus::Deny);
            assert_eq!((answer.message, answer.metadata), (None, Map::new()));
        }
    }

    #[test]
    fn only_the_three_words_decide() {
        for odd in [json!({}), json!({ "status": "ALLOW" }), json!({ "status": null })] {
            assert!(serde_json::from_value::<GuardAnswer>(odd.clone()).is_err(), "{odd}");
        }
    }

    #[test]
    fn an_actions_answer_reads_as_the_guide_writes_it() {
        let written = json!({
            "status": "success",
            "message": "Synced 42 contacts",
            "data": { "synced_count": 42 },
        });
        let answer: ActionAnswer = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(answer.status, ActionStatus::Success);
        assert_eq!(serde_json::to_value(answer).unwrap(), written);
    }
}
