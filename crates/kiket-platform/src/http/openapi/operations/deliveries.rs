//! Events, and what becomes of their deliveries.

use kiket_contract::api::Page;
use kiket_contract::api::deliveries::recovery::{self, Recover, Recovered};
use kiket_contract::api::deliveries::replay::{self, Replay};
use kiket_contract::api::deliveries::stream::{self, Streamed, WatchDeliveries};
use kiket_contract::api::deliveries::{self, Cancel, Delivery, ListDeliveries};
use kiket_contract::api::events::{self, AcceptedEvent, NewEvent};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, DELIVERY, EVENT, EXTENSION, REDELIVERY, SAME_REQUEST, page};

/// Why somebody cancelled a delivery.
const REASON: &str = "the issue was a test";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operator("POST", events::PATH, "Accept an event")
            .keyed(SAME_REQUEST, "issue-7-created")
            .takes::<NewEvent>(json!({
                "event": "issue.created",
                "project_id": 27,
                "payload": {"issue": {"id": 7, "title": "Leads arrive twice"}},
                "context": {"user_id": 91},
            }))
            .answers::<AcceptedEvent>(
                202,
                json!({"id": EVENT, "deliveries": [{"id": DELIVERY, "installation_id": 1}]}),
            ),
        operator("GET", deliveries::PATH, "List deliveries")
            .queries::<ListDeliveries>(
                json!({"event": "issue.created", "installation_id": 1, "limit": 25}),
            )
            .answers::<Page<Delivery>>(200, page(&delivered(Value::Null))),
        one("GET", "", "Show one delivery with all its attempts")
            .answers::<Delivery>(200, delivered(json!("{\"ok\":true}"))),
        one("POST", "/redeliver", "Deliver once more, as a new delivery")
            .answers::<Delivery>(202, redelivered()),
        one("POST", "/cancel", "End a delivery that waits or is under way")
            .takes::<Cancel>(json!({"reason": REASON}))
            .answers::<Delivery>(200, cancelled()),
        operator("POST", recovery::PATH, "Redeliver what ended badly in a time window")
            .takes::<Recover>(json!({
                "since": "2026-01-01T00:00:00Z",
                "until": "2026-01-02T00:00:00Z",
                "status": ["failed", "cancelled"],
                "installation_id": 1,
            }))
            .answers::<Recovered>(
                200,
                json!({"count": 1, "dry_run": false, "deliveries": [REDELIVERY]}),
            ),
        operator(
            "POST",
            replay::PATH,
            "Send a payload, or that of a delivery, to one installation",
        )
        .takes::<Replay>(json!({
            "installation_id": 1,
            "event": "issue.created",
            "version": "v1",
            "payload": {"issue": {"id": 7, "title": "Leads arrive twice"}},
            "context": {"user_id": 91},
        }))
        .answers::<Delivery>(202, queued()),
        operator("GET", stream::PATH, "Watch deliveries as they happen")
            .queries::<WatchDeliveries>(json!({"event": "issue.created", "installation_id": 1}))
            .answers_in::<Streamed>(200, "text/event-stream", streamed()),
    ]
}

fn one(method: &'static str, below: &str, summary: &'static str) -> Operation {
    operator(method, &format!("{}/{{id}}{below}", deliveries::PATH), summary).at("id", DELIVERY)
}

/// A delivery before its first attempt.
fn queued() -> Value {
    json!({
        "id": DELIVERY,
        "event_id": EVENT,
        "event": "issue.created",
        "event_version": "v1",
        "installation_id": 1,
        "extension_id": EXTENSION,
        "organization_id": 3,
        "project_id": 27,
        "status": "queued",
        "diagnostics": null,
        "redelivery_of": null,
        "attempts": [],
        "callbacks": [],
        "next_attempt_at": AT,
        "created_at": AT,
        "updated_at": AT,
    })
}

/// One that took one attempt, with what the extension answered.
fn delivered(response: Value) -> Value {
    let mut delivery = queued();
    delivery["status"] = "delivered".into();
    delivery["diagnostics"] = "answered 200".into();
    delivery["next_attempt_at"] = Value::Null;
    delivery["attempts"] = json!([{
        "number": 1, "started_at": AT, "duration_ms": 14, "status_code": 200, "error": null,
        "response": response,
    }]);
    delivery
}

fn redelivered() -> Value {
    let mut delivery = queued();
    delivery["id"] = REDELIVERY.into();
    delivery["redelivery_of"] = DELIVERY.into();
    delivery
}

fn cancelled() -> Value {
    let mut delivery = queued();
    delivery["status"] = "cancelled".into();
    delivery["diagnostics"] = REASON.into();
    delivery["next_attempt_at"] = Value::Null;
    delivery
}

/// One event of the stream, as it is sent.
fn streamed() -> Value {
    let data = json!({
        "delivery_id": DELIVERY, "event_id": EVENT, "event": "issue.created", "event_version": "v1",
        "installation_id": 1, "extension_id": EXTENSION, "project_id": 27, "happening": "planned",
    });
    format!("event: planned\ndata: {data}\n\n").into()
}
