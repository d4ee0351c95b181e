//! What operators see of telemetry: figures of a time window, and the records themselves.
//!
//! Everything stands there twice: as SDKs reported it, and as the platform measured it. One call of a
//! handler is for the platform an attempt of a delivery, from the begin of its request to the end of
//! the answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TelemetryStatus;
use crate::api::Limit;
use crate::id::{DeliveryId, InstallationId, ProjectId};

/// The hours that a report is of when nothing is said.
pub const DEFAULT_WINDOW_HOURS: u32 = 24;
/// The most hours that a report is of.
pub const LONGEST_WINDOW_HOURS: u32 = 24 * 30;
/// The most groups of a report.
pub const MOST_GROUPS: usize = 1_000;
/// The most extensions of a report.
pub const MOST_EXTENSIONS: usize = 20;
/// The most errors of a report.
pub const MOST_ERRORS: usize = 20;

/// The query of the report. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadReport {
    /// How many hours back, from 1 to [`LONGEST_WINDOW_HOURS`], [`DEFAULT_WINDOW_HOURS`] unsaid. The
    /// hour that the window begins in counts whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_hours: Option<u32>,
    /// Only of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only of this extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Also of records that came without a credential, which anybody can send.
    #[serde(default)]
    pub include_unauthenticated: bool,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TelemetryReport {
    /// When the window begins, at a full hour.
    pub since: Timestamp,
    /// How long the window is that was asked for, in seconds.
    pub window_seconds: u64,
    /// How many calls of handlers were reported.
    pub total_events: u64,
    /// How many of them failed.
    pub error_count: u64,
    /// Which part of them failed, from 0 to 1.
    pub error_rate: f64,
    /// How long they took, in milliseconds; none when there are none.
    pub avg_latency_ms: Option<f64>,
    /// What half of them took at most, in milliseconds.
    pub p50_latency_ms: Option<f64>,
    /// What 95 of 100 took at most, in milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// What 99 of 100 took at most, in milliseconds.
    pub p99_latency_ms: Option<f64>,
    /// The same as the platform measured it.
    pub measured: Figures,
    /// The extensions with most reported calls, at most [`MOST_EXTENSIONS`].
    pub top_extensions: Vec<ExtensionFigures>,
    /// The newest errors, at most [`MOST_ERRORS`].
    pub recent_errors: Vec<RecentError>,
    /// By hour, extension, event and version; the newest hours, at most [`MOST_GROUPS`] groups.
    pub groups: Vec<GroupFigures>,
    /// Whether there are groups of older hours beyond those.
    pub more_groups: bool,
    /// How many records the window has that came without a credential and are counted nowhere here.
    pub unauthenticated_left_out: u64,
}

/// Figures of calls of handlers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    /// How many there are.
    pub total: u64,
    /// How many failed.
    pub error_count: u64,
    /// Which part failed, from 0 to 1.
    pub error_rate: f64,
    /// How long they took, in milliseconds; none when there are none.
    pub avg_latency_ms: Option<f64>,
    /// What half of them took at most, in milliseconds.
    pub p50_latency_ms: Option<f64>,
    /// What 95 of 100 took at most, in milliseconds.
    pub p95_latency_ms: Option<f64>,
    /// What 99 of 100 took at most, in milliseconds.
    pub p99_latency_ms: Option<f64>,
}

/// An extension's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtensionFigures {
    /// Its name for people; its id where it has none.
    pub name: String,
    /// The manifest's id.
    pub extension_id: String,
    /// As SDKs reported.
    #[serde(flatten)]
    pub reported: Figures,
    /// As the platform measured.
    pub measured: Figures,
}

/// Figures of one version of one event of an extension in one hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupFigures {
    /// When the hour begins.
    pub hour: Timestamp,
    /// The manifest's id.
    pub extension_id: String,
    /// The event's name.
    pub event: String,
    /// The event's version; empty when none was reported.
    pub version: String,
    /// As SDKs reported.
    #[serde(flatten)]
    pub reported: Figures,
    /// As the platform measured.
    pub measured: Figures,
}

/// An error that was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecentError {
    /// The extension's name for people; its id where it has none.
    pub name: String,
    /// The manifest's id.
    pub extension_id: String,
    /// The event's name.
    pub event: String,
    /// What went wrong, in words.
    pub error_message: Option<String>,
    /// What went wrong, as a name that can be counted.
    pub error_class: Option<String>,
    /// When the platform heard of it.
    pub occurred_at: Timestamp,
    /// The delivery, as far as it is known.
    pub delivery_id: Option<DeliveryId>,
}

/// The query of the records. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRecords {
    /// Only of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only of this extension, by its manifest's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Only of this delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// Only those that ended so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TelemetryStatus>,
    /// Also those that came without a credential.
    #[serde(default)]
    pub include_unauthenticated: bool,
    /// The most records of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptRecord {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether it came with a credential. Without one, everything in it is only said.
    pub authenticated: bool,
    /// Whose it is, when it came with a credential.
    pub installation_id: Option<InstallationId>,
    /// The installation's project.
    pub project_id: Option<ProjectId>,
    /// The manifest's id.
    pub extension_id: Option<String>,
    /// The manifest's version.
    pub extension_version: Option<String>,
    /// The event's name.
    pub event: String,
    /// The event's version.
    pub version: Option<String>,
    /// How the handler ended.
    pub status: TelemetryStatus,
    /// How long it ran, in milliseconds, as the SDK says.
    pub duration_ms: f64,
    /// When it ended, as the SDK says.
    pub timestamp: Option<Timestamp>,
    /// How it failed, in words.
    pub error_message: Option<String>,
    /// How it failed, as a name that can be counted.
    pub error_class: Option<String>,
    /// The delivery.
    pub delivery_id: Option<DeliveryId>,
    /// Whatever else was sent.
    pub metadata: Map<String, Value>,
    /// The attempt of the delivery that had begun last when the record came, as the platform
    /// measured it.
    pub measured: Option<MeasuredAttempt>,
}

/// An attempt as the platform measured it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeasuredAttempt {
    /// Its number.
    pub number: i64,
    /// From the begin of the request to the end of the answer, in milliseconds.
    pub duration_ms: i64,
    /// The answer's status, if there was one.
    pub status_code: Option<u16>,
    /// What went wrong, if anything did.
    pub error: Option<String>,
}
