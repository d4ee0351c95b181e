//! How do I measure my handlers? With the feedback hook: it gets a record of every call.

use std::sync::atomic::{AtomicU64, Ordering};

use kiket_sdk::prelude::*;
use kiket_sdk::{TelemetryRecord, TelemetryStatus};
use serde_json::Value;

static FAILED: AtomicU64 = AtomicU64::new(0);

fn count(record: &TelemetryRecord) {
    if record.status == TelemetryStatus::Error {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
}

async fn any(_payload: Value, _context: Context) -> Result {
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.measured")
        .feedback_hook(count)
        .fallback(any)
        .run("0.0.0.0:8080")
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted() {
        let record = |status: &str| {
            let record = json!({ "event": "issue.created", "version": "v1", "status": status,
                "duration_ms": 1.5, "timestamp": "2025-11-21T10:00:00Z", "metadata": {} });
            serde_json::from_value::<TelemetryRecord>(record).unwrap()
        };
        count(&record("ok"));
        assert_eq!(FAILED.load(Ordering::Relaxed), 0);
        count(&record("error"));
        assert_eq!(FAILED.load(Ordering::Relaxed), 1);
    }
}
