//! `extension.delivery.*`: what became of a delivery, for extensions that watch others.
//!
//! The older event catalogue tells in words what these events bring; the names of the members are
//! this catalogue's choice, after the deliveries API.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Entry;
use super::entry::Payload;
use crate::id::{DeliveryId, InstallationId};

/// How the names of the family begin. A delivery of one of its events raises none of them.
pub const FAMILY: &str = "extension.delivery.";

/// The family's catalogue entries.
pub(super) const EVENTS: &[Entry] = &[
    Entry {
        event: "extension.delivery.started",
        version: "v1",
        summary: "a delivery is on its way to an extension",
        payload: Payload::of::<DeliveryStarted>(),
        sample: r#"{
            "delivery_id": "0193a5c8-7d1e-7c40-9f5d-2b8a64c1e0f7",
            "installation_id": 12, "extension_id": "com.example.change-board",
            "secret_scopes": ["ext.secrets.read"],
            "options": {"timeout_ms": 10000, "required": true, "action_key": "sync_contacts"}
        }"#,
    },
    Entry {
        event: "extension.delivery.completed",
        version: "v1",
        summary: "an extension took a delivery",
        payload: Payload::of::<DeliveryCompleted>(),
        sample: r#"{
            "delivery_id": "0193a5c8-7d1e-7c40-9f5d-2b8a64c1e0f7",
            "installation_id": 12, "extension_id": "com.example.change-board",
            "duration_ms": 184,
            "response": {"status": "success", "message": "Synced 42 contacts"},
            "diagnostics": ["answered 200 OK at the first attempt"]
        }"#,
    },
    Entry {
        event: "extension.delivery.failed",
        version: "v1",
        summary: "a delivery failed for good",
        payload: Payload::of::<DeliveryFailed>(),
        sample: r#"{
            "delivery_id": "0193a5c8-7d1e-7c40-9f5d-2b8a64c1e0f7",
            "installation_id": 12, "extension_id": "com.example.change-board",
            "category": "delivery.timeout",
            "message": "no answer within 10000 ms",
            "retry_count": 5
        }"#,
    },
];

/// Payload of `extension.delivery.started`: installation, secret scopes, options and action key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryStarted {
    /// The delivery.
    pub delivery_id: String,
    /// The installation it goes to.
    pub installation_id: i64,
    /// The extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// What the delivery grants on secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_scopes: Vec<String>,
    /// How it is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<DeliveryOptions>,
}

impl DeliveryStarted {
    /// The name of the event.
    pub const EVENT: &'static str = "extension.delivery.started";

    /// What to tell of a delivery on its way to an installation.
    #[must_use]
    pub fn new(delivery: DeliveryId, installation: InstallationId, extension_id: &str) -> Self {
        Self {
            delivery_id: delivery.to_string(),
            installation_id: i64::from(installation),
            extension_id: Some(extension_id.to_owned()),
            secret_scopes: Vec::new(),
            options: None,
        }
    }

    /// Adds what the delivery grants on secrets.
    #[must_use]
    pub fn with_secret_scopes(mut self, scopes: Vec<String>) -> Self {
        self.secret_scopes = scopes;
        self
    }

    /// Adds how it is delivered: the time limit in milliseconds, and whether the hook is required.
    #[must_use]
    pub fn with_options(mut self, timeout_ms: u64, required: bool) -> Self {
        let (timeout_ms, required) = (Some(timeout_ms), Some(required));
        self.options = Some(DeliveryOptions { timeout_ms, required, action_key: None });
        self
    }
}

/// How a delivery is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryOptions {
    /// How long the platform waits for the answer, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Whether a failure stops what waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// The key of the action that is called. It stands here because the envelope has a member of
    /// this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_key: Option<String>,
}

/// Payload of `extension.delivery.completed`: duration, response body and diagnostics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryCompleted {
    /// The delivery.
    pub delivery_id: String,
    /// The installation it went to.
    pub installation_id: i64,
    /// The extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// From the request to the whole answer, in milliseconds.
    pub duration_ms: u64,
    /// The body of the answer, whatever JSON it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// What the attempts met, for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<String>,
}

impl DeliveryCompleted {
    /// The name of the event.
    pub const EVENT: &'static str = "extension.delivery.completed";

    /// What to tell of a delivery that an installation took, after `duration_ms` milliseconds.
    #[must_use]
    pub fn new(
        delivery: DeliveryId,
        installation: InstallationId,
        extension_id: &str,
        duration_ms: u64,
    ) -> Self {
        Self {
            delivery_id: delivery.to_string(),
            installation_id: i64::from(installation),
            extension_id: Some(extension_id.to_owned()),
            duration_ms,
            response: None,
            diagnostics: Vec::new(),
        }
    }

    /// Adds the answer's body, if it is JSON.
    #[must_use]
    pub fn with_response(mut self, body: &str) -> Self {
        self.response = serde_json::from_str(body).ok();
        self
    }
}

/// Payload of `extension.delivery.failed`: category, message and retry count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DeliveryFailed {
    /// The delivery.
    pub delivery_id: String,
    /// The installation it was for.
    pub installation_id: i64,
    /// The extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// For example `delivery.timeout`, `delivery.validation` or `secret.unavailable`.
    pub category: String,
    /// What went wrong, for a person.
    pub message: String,
    /// How many attempts followed the first.
    #[serde(default)]
    pub retry_count: u32,
}

impl DeliveryFailed {
    /// The name of the event.
    pub const EVENT: &'static str = "extension.delivery.failed";

    /// What to tell of a delivery that failed for good: the kind of failure and, for a person, what
    /// went wrong.
    #[must_use]
    pub fn new(
        delivery: DeliveryId,
        installation: InstallationId,
        extension_id: &str,
        category: &str,
        message: &str,
    ) -> Self {
        Self {
            delivery_id: delivery.to_string(),
            installation_id: i64::from(installation),
            extension_id: Some(extension_id.to_owned()),
            category: category.to_owned(),
            message: message.to_owned(),
            retry_count: 0,
        }
    }

    /// Adds how many attempts followed the first.
    #[must_use]
    pub fn with_retry_count(mut self, retries: u32) -> Self {
        self.retry_count = retries;
        self
    }
}
