//! A delivery with its attempts and callbacks.

use kiket_contract::api::deliveries::{Attempt, Callback, Delivery};

use crate::output::table::{facts, table};
use crate::output::words::{or_dash, time};

/// The most characters of an answer that are shown.
const SHOWN_ANSWER: usize = 120;

/// The delivery in words and tables.
pub(super) fn shown(delivery: &Delivery) -> String {
    let mut parts = vec![facts([
        ("delivery", Some(delivery.id.to_string())),
        ("event", Some(format!("{} {}", delivery.event, delivery.event_version))),
        ("event id", Some(delivery.event_id.to_string())),
        ("extension", Some(delivery.extension_id.clone())),
        ("installation", Some(delivery.installation_id.to_string())),
        ("project", Some(delivery.project_id.to_string())),
        ("status", Some(delivery.status.as_str().to_owned())),
        ("because", delivery.diagnostics.clone()),
        ("repeats", delivery.redelivery_of.map(|id| id.to_string())),
        ("tried next", delivery.next_attempt_at.map(time)),
        ("made", Some(time(delivery.created_at))),
        ("changed", Some(time(delivery.updated_at))),
    ])];
    if !delivery.attempts.is_empty() {
        let header = ["attempt", "began", "took", "answer", "error", "said"];
        parts.push(table(header, delivery.attempts.iter().map(attempt)));
    }
    if !delivery.callbacks.is_empty() {
        let header = ["callback", "path", "answer", "at"];
        parts.push(table(header, delivery.callbacks.iter().map(callback)));
    }
    parts.join("\n\n")
}

fn attempt(attempt: &Attempt) -> [String; 6] {
    let said = attempt.response.as_deref().filter(|said| !said.is_empty());
    [
        attempt.number.to_string(),
        time(attempt.started_at),
        format!("{} ms", attempt.duration_ms),
        or_dash(attempt.status_code),
        or_dash(attempt.error.as_ref()),
        or_dash(said.map(|said| said.chars().take(SHOWN_ANSWER).collect::<String>())),
    ]
}

fn callback(callback: &Callback) -> [String; 4] {
    let Callback { method, path, status_code, at } = callback;
    [method.clone(), path.clone(), status_code.to_string(), time(*at)]
}
