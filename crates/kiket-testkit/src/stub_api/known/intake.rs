//! Intake forms: every key is a form, which nobody has filled in.

use serde_json::{Value, json};

use super::{MADE, Reply, nothing, unfit};
use crate::stub_api::Call;

pub(super) fn answer(call: &Call, place: &[&str]) -> Option<Reply> {
    let body = call.json();
    match (call.method.as_str(), place) {
        ("GET", [] | [_, "submissions"]) => Some(nothing()),
        ("GET", [key]) => Some(Reply::new(200, form(key))),
        ("GET", [_, "stats"]) => Some(Reply::new(200, stats(call.parameter("period")))),
        ("GET", [_, "submissions", id]) => {
            Some(Reply::new(200, submission(id, "pending", json!({}))))
        }
        ("POST", [_, "submissions"]) if !body["data"].is_object() => {
            Some(unfit("it has no `data`"))
        }
        ("POST", [_, "submissions"]) => {
            Some(Reply::new(201, submission("1", "pending", body["data"].clone())))
        }
        ("POST", [_, "submissions", id, "approve"]) => Some(reviewed(id, "approved", &body)),
        ("POST", [_, "submissions", id, "reject"]) => Some(reviewed(id, "rejected", &body)),
        _ => None,
    }
}

fn form(key: &str) -> Value {
    json!({
        "id": 1, "key": key, "name": key, "description": null, "active": true, "public": true,
        "fields": [], "form_url": format!("https://kiket.dev/forms/{key}"),
        "embed_allowed": false, "submissions_count": 0, "created_at": MADE, "updated_at": MADE,
    })
}

fn submission(id: &str, status: &str, data: Value) -> Value {
    json!({
        "id": id.parse().unwrap_or(1_i64), "intake_form_id": 1, "status": status, "data": data,
        "metadata": {}, "submitted_by_email": null, "reviewed_by": null, "reviewed_at": null,
        "notes": null, "created_at": MADE, "updated_at": MADE,
    })
}

fn reviewed(id: &str, status: &str, body: &Value) -> Reply {
    let mut submission = submission(id, status, json!({}));
    submission["reviewed_at"] = json!(MADE);
    submission["notes"] = body["notes"].clone();
    Reply::new(200, submission)
}

fn stats(period: Option<String>) -> Value {
    json!({
        "total_submissions": 0, "pending": 0, "approved": 0, "rejected": 0, "converted": 0,
        "period": period,
    })
}
