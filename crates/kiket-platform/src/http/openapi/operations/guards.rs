//! What extensions are asked at once: guards and actions.

use kiket_contract::api::Page;
use kiket_contract::api::actions::{self, ActionCalled, CallAction};
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::guards::{self, Guard, ListGuards, Resolve};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, DELIVERY, EXTENSION, page};

/// A guard is named by the event that was asked about.
const GUARD: &str = "019b796d-d600-7000-8000-0000000000a1";

pub(super) fn operations() -> Vec<Operation> {
    let one = format!("{}/{{id}}", guards::PATH);
    vec![
        operator("POST", guards::PATH, "Ask every guard of an event")
            .takes::<NewEvent>(json!({
                "event": "workflow.before_transition",
                "project_id": 27,
                "payload": {
                    "issue": {"id": 7, "project_id": 27, "title": "Leads arrive twice"},
                    "transition": {"from": "open", "to": "done"},
                },
            }))
            .answers::<Guard>(200, guard()),
        operator("GET", guards::PATH, "List guards")
            .queries::<ListGuards>(json!({"pending": true, "project_id": 27, "limit": 25}))
            .answers::<Page<Guard>>(200, page(&guard())),
        operator("GET", &one, "Show what guards decided")
            .at("id", GUARD)
            .answers::<Guard>(200, guard()),
        operator("POST", &format!("{one}/resolve"), "End a pending decision")
            .at("id", GUARD)
            .takes::<Resolve>(resolution())
            .answers::<Guard>(200, resolved()),
        operator("POST", actions::PATH, "Call an action of an extension")
            .at("extension_id", EXTENSION)
            .at("action_key", "sync_contacts")
            .takes::<CallAction>(json!({
                "project_id": 27,
                "issue": {"id": 7, "title": "Leads arrive twice"},
                "user": {"id": 91},
                "input": {"full": true},
            }))
            .answers::<ActionCalled>(
                200,
                json!({
                    "delivery_id": DELIVERY, "status": "success", "message": "Synced 42 contacts",
                    "data": {"count": 42},
                }),
            ),
    ]
}

fn guard() -> Value {
    json!({
        "id": GUARD,
        "event": "workflow.before_transition",
        "project_id": 27,
        "decision": "pending",
        "message": "the CRM is being asked",
        "results": [{
            "installation_id": 1, "extension_id": EXTENSION, "delivery_id": DELIVERY,
            "decision": "pending", "assumed": null, "message": "the CRM is being asked",
            "metadata": {"ticket": 12}, "duration_ms": 15,
        }],
        "resolution": null,
        "created_at": AT,
    })
}

fn resolved() -> Value {
    let mut guard = guard();
    guard["resolution"] = resolution();
    guard["resolution"]["at"] = AT.into();
    guard
}

/// How the pending decision is ended.
fn resolution() -> Value {
    json!({"decision": "allow", "by": "ada@example.com", "reason": "the deal is closed"})
}
