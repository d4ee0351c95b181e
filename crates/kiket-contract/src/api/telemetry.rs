//! `POST /api/v1/ext/telemetry`: what an SDK reports about one call of a handler.
//!
//! - [`reported`]: the same record as any SDK of any age writes it;
//! - [`report`]: what operators see of them, beside what the platform measured itself.

pub mod report;
pub mod reported;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::DeliveryId;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/telemetry";
/// The path of operators for the report, [`crate::route::API`] included.
pub const REPORT: &str = "/api/v1/marketplace/telemetry";
/// The path of operators for the records themselves, [`crate::route::API`] included.
pub const RECORDS: &str = "/api/v1/marketplace/telemetry/records";
/// What the path of every address for telemetry ends in.
pub const SUFFIX: &str = "/telemetry";

/// One call of a handler. `delivery_id` is an addition to what the other SDKs send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TelemetryRecord {
    /// The event's name.
    pub event: String,
    /// The event's version.
    pub version: String,
    /// Whether the handler answered or failed.
    pub status: TelemetryStatus,
    /// How long the handler ran, in milliseconds.
    pub duration_ms: f64,
    /// When it ended.
    pub timestamp: Timestamp,
    /// The manifest's id.
    pub extension_id: Option<String>,
    /// The manifest's version.
    pub extension_version: Option<String>,
    /// How it failed, in words.
    pub error_message: Option<String>,
    /// How it failed, as a name that can be counted.
    pub error_class: Option<String>,
    /// The delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// Whatever else is worth keeping.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// How a handler ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TelemetryStatus {
    /// It answered.
    Ok,
    /// It failed, panicked, or did not end in time.
    Error,
}
