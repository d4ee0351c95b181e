//! The body of a delivery: the event's own members, and the envelope around them.
//!
//! ```json
//! {
//!   "event": "issue.created", "event_version": "v1",
//!   "delivery": {"id": "0193…", "attempt": 1, "timeout_ms": 10000},
//!   "issue": {"id": 1, "title": "…"},
//!   "authentication": {"token_type": "runtime", "runtime_token": "…", "expires_at": "…", "scopes": []},
//!   "api": {"base_url": "https://kiket.dev", "runtime_header": "X-Kiket-Runtime-Token"},
//!   "secrets": {"MAKE_COM_TOKEN": "…"}, "secret_status": {"missing": []},
//!   "context": {"user_id": 91}
//! }
//! ```
//!
//! `delivery` is an addition to the documents: it puts the id under the signature. Members are
//! left out rather than `null`, and the body is one line of UTF-8.

mod members;

use std::collections::BTreeMap;

use jiff::Timestamp;
pub use members::Members;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::id::DeliveryId;
use crate::secret::Secret;

/// The envelope's member names.
pub mod member {
    /// The event's name.
    pub const EVENT: &str = "event";
    /// The event's version.
    pub const EVENT_VERSION: &str = "event_version";
    /// Id, attempt and time limit of the delivery.
    pub const DELIVERY: &str = "delivery";
    /// The runtime token and what it grants.
    pub const AUTHENTICATION: &str = "authentication";
    /// Where to call back.
    pub const API: &str = "api";
    /// The secrets, by key.
    pub const SECRETS: &str = "secrets";
    /// Which secrets are missing.
    pub const SECRET_STATUS: &str = "secret_status";
    /// The event's context.
    pub const CONTEXT: &str = "context";
    /// The key of an action call.
    pub const ACTION_KEY: &str = "action_key";
}

/// Members that an event's payload may not have, because the envelope has them.
pub const RESERVED: [&str; 8] = [
    member::EVENT,
    member::EVENT_VERSION,
    member::AUTHENTICATION,
    member::API,
    member::SECRETS,
    member::SECRET_STATUS,
    member::DELIVERY,
    member::ACTION_KEY,
];

/// The largest payload that an event may have, its context included, in bytes of JSON.
pub const LARGEST_PAYLOAD: usize = 64 * 1024;

/// How long an extension has to answer, unless the delivery says otherwise.
pub const DEFAULT_TIMEOUT_MS: u64 = 10_000;

/// The member `delivery`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The delivery's id, the same over all attempts.
    pub id: DeliveryId,
    /// The number of this attempt, from 1. Numbers may be skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i64>,
    /// How long the platform waits for the answer, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// The member `authentication`. It can be read but not written by accident: see [`Envelope`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Authentication {
    /// The token to send back with every call.
    #[serde(default)]
    pub runtime_token: Option<Secret>,
    /// `runtime`.
    #[serde(default)]
    pub token_type: Option<String>,
    /// When the token ends.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// What the token grants.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// The member `api`: a hint for the other SDKs. Ours compares it with its configuration only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// An origin without a path and without a trailing slash.
    pub base_url: String,
    /// The header that carries the runtime token.
    pub runtime_header: String,
}

/// The member `secret_status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretStatus {
    /// Keys that the extension asked for and that have no value.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// Everything around an event's payload, for one attempt.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// The event's name.
    pub event: &'a str,
    /// The event's version, as the extension registered it.
    pub event_version: &'a str,
    /// Id, attempt and time limit.
    pub delivery: Delivery,
    /// The runtime token and what it grants.
    pub authentication: Authentication,
    /// Where to call back.
    pub api: Api,
    /// The secrets, by key; empty values are left out.
    pub secrets: BTreeMap<String, Secret>,
    /// Which secrets are missing.
    pub secret_status: SecretStatus,
    /// The key of the action, in the call of an action.
    pub action_key: Option<&'a str>,
    /// The event's context, unless the payload brings its own.
    pub context: Option<&'a Members>,
}

impl Envelope<'_> {
    /// Writes the body once, to the bytes that are signed and sent.
    ///
    /// # Errors
    /// When the payload can not be written as JSON.
    pub fn render(&self, payload: &Members) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = Vec::with_capacity(2048);
        let mut json = serde_json::Serializer::new(&mut bytes);
        let mut body = json.serialize_map(None)?;
        body.serialize_entry(member::EVENT, self.event)?;
        body.serialize_entry(member::EVENT_VERSION, self.event_version)?;
        body.serialize_entry(member::DELIVERY, &self.delivery)?;
        if let Some(key) = self.action_key {
            body.serialize_entry(member::ACTION_KEY, key)?;
        }
        for (name, value) in payload.iter() {
            body.serialize_entry(name, value)?;
        }
        body.serialize_entry(member::AUTHENTICATION, &Exposed(&self.authentication))?;
        body.serialize_entry(member::API, &self.api)?;
        let secrets: BTreeMap<_, _> = self
            .secrets
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key, value.expose()))
            .collect();
        body.serialize_entry(member::SECRETS, &secrets)?;
        body.serialize_entry(member::SECRET_STATUS, &self.secret_status)?;
        if let Some(context) = self.context {
            body.serialize_entry(member::CONTEXT, context)?;
        }
        SerializeMap::end(body)?;
        Ok(bytes)
    }
}

/// The one place where a runtime token is written: into the body that is sent.
struct Exposed<'a>(&'a Authentication);

impl Serialize for Exposed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(kind) = &self.0.token_type {
            map.serialize_entry("token_type", kind)?;
        }
        if let Some(token) = &self.0.runtime_token {
            map.serialize_entry("runtime_token", token.expose())?;
        }
        if let Some(expires_at) = self.0.expires_at {
            map.serialize_entry("expires_at", &expires_at)?;
        }
        map.serialize_entry("scopes", &self.0.scopes)?;
        map.end()
    }
}
