//! What every server does with a delivery: the type it reads and the answer it gives.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// The part of the payload that the handler reads.
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

pub(crate) fn handle(payload: &IssueCreated) -> Answer {
    let seen = SEEN.fetch_add(1, Ordering::Relaxed) + 1;
    Answer { ok: true, seen, length: payload.issue.title.len() }
}
