//! Figures of handlers' calls: as extensions report them, and as operators read them.

use kiket_contract::api::telemetry::report::{
    KeptRecord, ListRecords, ReadReport, TelemetryReport,
};
use kiket_contract::api::telemetry::{self, TelemetryRecord};
use kiket_contract::api::{Done, Page};
use kiket_contract::route;
use serde_json::{Map, Value, json};

use super::super::operation::{Operation, extension_or_anyone, operator};
use super::{AT, DELIVERY, EXTENSION, done, page};
use crate::metrics;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        extension_or_anyone("POST", telemetry::PATH, "Report a call of a handler")
            .takes::<TelemetryRecord>(json!({
                "event": "issue.created", "version": "v1", "status": "error", "duration_ms": 12.5,
                "timestamp": "2026-01-01T11:59:58Z", "extension_id": EXTENSION,
                "extension_version": "1.0.0", "error_message": "the CRM does not answer",
                "error_class": "Timeout", "delivery_id": DELIVERY, "metadata": {"page": 1},
            }))
            .answers::<Done>(200, done()),
        operator(
            "GET",
            telemetry::REPORT,
            "Figures of handlers' calls, as reported and as measured",
        )
        .queries::<ReadReport>(json!({"window_hours": 24, "project_id": 27}))
        .answers::<TelemetryReport>(200, report()),
        operator("GET", telemetry::RECORDS, "What was reported of handlers' calls")
            .queries::<ListRecords>(json!({"project_id": 27, "status": "error", "limit": 25}))
            .answers::<Page<KeptRecord>>(200, page(&record())),
        operator("GET", route::METRICS, "What Prometheus reads").answers_in::<String>(
            200,
            metrics::MEDIA_TYPE,
            json!(
                "# HELP kiket_events_accepted Events that were answered with 202.\n\
                 # TYPE kiket_events_accepted counter\nkiket_events_accepted_total 1\n# EOF\n"
            ),
        ),
    ]
}

/// The figures of one call.
fn figures(errors: u64, latency_ms: f64) -> Map<String, Value> {
    let mut figures = Map::new();
    for (name, count) in [("total", 1), ("error_count", errors)] {
        figures.insert(name.to_owned(), count.into());
    }
    for name in ["avg_latency_ms", "p50_latency_ms", "p95_latency_ms", "p99_latency_ms"] {
        figures.insert(name.to_owned(), latency_ms.into());
    }
    figures.insert("error_rate".to_owned(), if errors > 0 { 1.0 } else { 0.0 }.into());
    figures
}

/// Something with figures as reported, and as measured.
fn measured(about: &Value) -> Value {
    let mut entry = figures(1, 12.5);
    entry.extend(about.as_object().cloned().unwrap_or_default());
    entry.insert("measured".to_owned(), figures(0, 7.0).into());
    entry.into()
}

fn report() -> Value {
    let mut report = measured(&json!({
        "since": "2025-12-31T12:00:00Z",
        "window_seconds": 86_400,
        "total_events": 1,
        "top_extensions": [measured(&json!({"name": "Example CRM", "extension_id": EXTENSION}))],
        "recent_errors": [{
            "name": "Example CRM", "extension_id": EXTENSION, "event": "issue.created",
            "error_message": "the CRM does not answer", "error_class": "Timeout",
            "occurred_at": AT, "delivery_id": DELIVERY,
        }],
        "groups": [measured(&json!({
            "hour": AT, "extension_id": EXTENSION, "event": "issue.created", "version": "v1",
        }))],
        "more_groups": false,
        "unauthenticated_left_out": 0,
    }));
    // The whole calls its total otherwise.
    report.as_object_mut().map(|members| members.remove("total"));
    report
}

fn record() -> Value {
    json!({
        "id": 1, "received_at": AT, "authenticated": true, "installation_id": 1, "project_id": 27,
        "extension_id": EXTENSION, "extension_version": "1.0.0", "event": "issue.created",
        "version": "v1", "status": "error", "duration_ms": 12.5,
        "timestamp": "2026-01-01T11:59:58Z", "error_message": "the CRM does not answer",
        "error_class": "Timeout", "delivery_id": DELIVERY, "metadata": {"page": 1},
        "measured": {"number": 1, "duration_ms": 8, "status_code": 200, "error": null},
    })
}
