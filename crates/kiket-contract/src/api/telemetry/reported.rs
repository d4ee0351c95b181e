//! A record of telemetry as it comes in.
//!
//! SDKs write it in `snake_case` or in `camelCase`, the time as text or as seconds, and the failure
//! under `error_message`, under `message` or inside `metadata`. What is absent is left out, `null`
//! or an empty text.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::TelemetryStatus;
use crate::api::spelling::Both;
use crate::api::time;
use crate::id::DeliveryId;

/// From this number on a time is in milliseconds and not in seconds: in seconds, it would lie more
/// than a thousand years ahead.
const MILLISECONDS: f64 = 1e11;
const MESSAGE: &str = "message";

/// One call of a handler, whichever SDK tells of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Both<Written>")]
pub struct ReportedRecord {
    /// The event's name.
    pub event: String,
    /// The event's version.
    pub version: Option<String>,
    /// Whether the handler answered or failed.
    pub status: TelemetryStatus,
    /// How long the handler ran, in milliseconds; never less than 0.
    pub duration_ms: f64,
    /// When it ended, as the SDK says.
    pub timestamp: Option<Timestamp>,
    /// The manifest's id.
    pub extension_id: Option<String>,
    /// The manifest's version.
    pub extension_version: Option<String>,
    /// How it failed, in words.
    pub error_message: Option<String>,
    /// How it failed, as a name that can be counted.
    pub error_class: Option<String>,
    /// The delivery.
    pub delivery_id: Option<DeliveryId>,
    /// Whatever else was sent.
    pub metadata: Map<String, Value>,
}

#[derive(Deserialize)]
struct Written {
    event: String,
    #[serde(default)]
    version: Option<String>,
    status: TelemetryStatus,
    #[serde(default, deserialize_with = "number")]
    duration_ms: Option<f64>,
    #[serde(default, deserialize_with = "moment")]
    timestamp: Option<Timestamp>,
    #[serde(default)]
    extension_id: Option<String>,
    #[serde(default)]
    extension_version: Option<String>,
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    error_class: Option<String>,
    #[serde(default)]
    delivery_id: Option<String>,
    #[serde(default)]
    metadata: Option<Map<String, Value>>,
}

impl From<Both<Written>> for ReportedRecord {
    fn from(Both(written): Both<Written>) -> Self {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let metadata = written.metadata.unwrap_or_default();
        let inside = || metadata.get(MESSAGE).and_then(Value::as_str).map(str::to_owned);
        let failed = written.status == TelemetryStatus::Error;
        let message = said(written.error_message).or_else(|| said(written.message));
        let error_message = message.or_else(|| said(inside()).filter(|_| failed));
        Self {
            event: written.event,
            version: said(written.version),
            status: written.status,
            duration_ms: written.duration_ms.unwrap_or_default().max(0.0),
            timestamp: written.timestamp,
            extension_id: said(written.extension_id),
            extension_version: said(written.extension_version),
            error_message,
            error_class: said(written.error_class),
            delivery_id: written.delivery_id.and_then(|id| id.parse().ok()),
            metadata,
        }
    }
}

/// A number, which may stand in a text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(as_number(&Value::deserialize(deserializer)?))
}

fn as_number(value: &Value) -> Option<f64> {
    let in_text = || value.as_str()?.trim().parse().ok();
    value.as_f64().or_else(in_text).filter(|number: &f64| number.is_finite())
}

/// A time as text, or as seconds or milliseconds since 1970. What is no time counts as none.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let as_text = value.as_str().and_then(time::parse);
    Ok(as_text.or_else(|| since_1970(as_number(&value)?)))
}

fn since_1970(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() < MILLISECONDS { number } else { number / 1e3 };
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> ReportedRecord {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_generation_of_the_body_says_the_same() {
        let at: Timestamp = "2026-01-21T10:00:00.500Z".parse().unwrap();
        let said = [
            json!({
                "event": "issue.created", "version": "v1", "status": "error", "duration_ms": 12.5,
                "timestamp": "2026-01-21T10:00:00.500Z", "extension_id": "com.example.crm",
                "extension_version": "1.0.0", "error_message": "no luck", "error_class": "Timeout",
                "metadata": {},
            }),
            json!({
                "event": "issue.created", "version": "v1", "status": "error", "durationMs": "12.5",
                "timestamp": 1_768_989_600_500_i64, "extensionId": "com.example.crm",
                "extensionVersion": "1.0.0", "message": "no luck", "errorClass": "Timeout",
            }),
            json!({
                "event": "issue.created", "version": "v1", "status": "error", "duration_ms": 12.5,
                "timestamp": 1_768_989_600.5, "extension_id": "com.example.crm",
                "extension_version": "1.0.0", "error_message": null, "error_class": "Timeout",
                "metadata": {"message": "no luck"},
            }),
            json!({
                "event": "issue.created", "version": "v1", "status": "error", "duration_ms": 12.5,
                "timestamp": "1768989600.5", "extension_id": "com.example.crm",
                "extension_version": "1.0.0", "error_message": "", "message": "no luck",
                "error_class": "Timeout", "metadata": null,
            }),
        ];
        for body in said {
            let record = read(body.clone());
            assert_eq!(record.timestamp, Some(at), "{body}");
            assert_eq!((record.duration_ms, record.event.as_str()), (12.5, "issue.created"));
            assert_eq!(record.error_message.as_deref(), Some("no luck"), "{body}");
            assert_eq!(record.error_class.as_deref(), Some("Timeout"), "{body}");
            assert_eq!(record.extension_id.as_deref(), Some("com.example.crm"), "{body}");
            assert_eq!(record.extension_version.as_deref(), Some("1.0.0"), "{body}");
        }
    }

    #[test]
    fn what_is_absent_is_none_however_it_is_written() {
        let least = json!({"event": "x", "status": "ok"});
        let empty = json!({
            "event": "x", "status": "ok", "version": "", "duration_ms": null, "timestamp": "soon",
            "extension_id": "", "error_message": "", "metadata": null, "delivery_id": "of mine",
        });
        assert_eq!(read(least), read(empty));
        assert_eq!(read(json!({"event": "x", "status": "ok", "duration_ms": -4})).duration_ms, 0.0);
    }

    #[test]
    fn what_says_not_how_it_ended_is_refused() {
        for body in [json!({"event": "x"}), json!({"event": "x", "status": "fine"}), json!([])] {
            assert!(serde_json::from_value::<ReportedRecord>(body).is_err());
        }
    }
}
