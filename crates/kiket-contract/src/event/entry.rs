//! What the catalogue knows of one version of one event.

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::asks_first;

const OPEN_END: &str = ".*";

/// One version of a documented event.
///
/// ```
/// use kiket_contract::event::find;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let entry = find("workflow.before_transition", "v1").ok_or("not documented")?;
/// assert!(entry.asks_first());
/// let known = entry.read(entry.sample())?;
/// assert_eq!(known["transition"]["to"], "review");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The event's name. An open family ends in `.*`, which stands for one part or more:
    /// `external.webhook.*` is also `external.webhook.inbound_email`.
    pub event: &'static str,
    /// The version.
    pub version: &'static str,
    /// One line on when it is sent.
    pub summary: &'static str,
    pub(super) payload: Payload,
    pub(super) sample: &'static str,
}

impl Entry {
    /// A payload as the event brings it, without the envelope.
    #[must_use]
    pub fn sample(&self) -> Map<String, Value> {
        serde_json::from_str(self.sample).unwrap_or_default()
    }

    /// Reads a payload as the event's type and gives back what the type knows of it: members that
    /// the documents do not name are left out.
    ///
    /// # Errors
    /// When a member is missing or has the wrong type; the error says which.
    pub fn read(&self, payload: Map<String, Value>) -> Result<Value, serde_json::Error> {
        (self.payload.read)(payload.into())
    }

    /// The JSON Schema of the payload, without the envelope. Unknown members are allowed.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn schema(&self) -> Value {
        (self.payload.schema)()
    }

    /// Whether Kiket waits for the answer before it acts, by the rule of [`asks_first`].
    #[must_use]
    pub fn asks_first(&self) -> bool {
        asks_first(self.event)
    }

    /// What stands before the `.*` of an open family, or `None` for a single event.
    #[must_use]
    pub fn open_family(&self) -> Option<&'static str> {
        self.event.strip_suffix(OPEN_END)
    }

    /// Whether the open family has an event of this name.
    pub(super) fn is_family_of(&self, event: &str) -> bool {
        self.open_family()
            .and_then(|family| event.strip_prefix(family)?.strip_prefix('.'))
            .is_some_and(|rest| !rest.is_empty())
    }
}

/// The type of an event's payload, as functions, so that entries of all types fit one list.
#[derive(Clone, Copy)]
pub(super) struct Payload {
    type_name: fn() -> &'static str,
    read: fn(Value) -> Result<Value, serde_json::Error>,
    #[cfg(feature = "schema")]
    schema: fn() -> Value,
}

impl Payload {
    #[cfg(not(feature = "schema"))]
    pub(super) const fn of<T: DeserializeOwned + Serialize>() -> Self {
        Self { type_name: type_name::<T>, read: read::<T> }
    }

    #[cfg(feature = "schema")]
    pub(super) const fn of<T: DeserializeOwned + Serialize + schemars::JsonSchema>() -> Self {
        Self {
            type_name: type_name::<T>,
            read: read::<T>,
            schema: || schemars::schema_for!(T).to_value(),
        }
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str((self.type_name)())
    }
}

fn read<T: DeserializeOwned + Serialize>(payload: Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(payload)?)
}
