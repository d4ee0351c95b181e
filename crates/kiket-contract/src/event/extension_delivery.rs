//! `extension.delivery.*`: what became of a delivery, for extensions that watch others.
//!
//! The older event catalogue tells in words what these events bring; the names of the members are
//! this catalogue's choice, after the deliveries API.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Entry;
use super::entry::Payload;

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
