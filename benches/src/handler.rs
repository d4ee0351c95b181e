//! What every server does with a delivery: the type it reads and the answer it gives.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The part of the payload that the typed handler reads.
#[derive(Deserialize)]
pub(crate) struct IssueCreated {
    pub(crate) issue: Issue,
}

#[derive(Deserialize)]
pub(crate) struct Issue {
    pub(crate) title: String,
}

/// The answer; `seen` counts the handler's calls, so that the load can tell whether it ran.
#[derive(Serialize)]
pub(crate) struct Answer {
    ok: bool,
    seen: u64,
    length: usize,
}

static SEEN: AtomicU64 = AtomicU64::new(0);

pub(crate) fn typed(payload: &IssueCreated) -> Answer {
    answer(&payload.issue.title)
}

pub(crate) fn value(payload: &Value) -> Answer {
    answer(payload["issue"]["title"].as_str().unwrap_or_default())
}

/// What a handler that calls back logs.
pub(crate) fn log(payload: &IssueCreated) -> Value {
    json!({ "summary": payload.issue.title })
}

fn answer(title: &str) -> Answer {
    let seen = SEEN.fetch_add(1, Ordering::Relaxed) + 1;
    Answer { ok: true, seen, length: title.len() }
}
