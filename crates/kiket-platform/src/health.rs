//! Whether the platform can do its work.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kiket_contract::health::Readiness;
use tracing::warn;

use crate::core::{Core, Shared};

/// Says that deliveries go out, until it is dropped with whatever sends them.
pub(crate) struct Delivering(Shared);

impl Delivering {
    pub(crate) fn new(core: &Shared) -> Self {
        core.delivering.store(true, Ordering::Relaxed);
        Self(Arc::clone(core))
    }
}

impl Drop for Delivering {
    fn drop(&mut self) {
        self.0.delivering.store(false, Ordering::Relaxed);
    }
}

/// Whether the platform takes events and delivers them, and what it waits for when not.
pub(crate) async fn readiness(core: &Core) -> Result<Readiness, Readiness> {
    let reason = if core.stopping.is_cancelled() {
        "it is stopping"
    } else if !core.delivering.load(Ordering::Relaxed) {
        "nothing is being delivered"
    } else if let Err(failure) = core.store.answers().await {
        warn!(error = %failure, "the database does not answer");
        "the database does not answer; the log says why"
    } else {
        return Ok(Readiness { status: "ready".to_owned(), reason: None });
    };
    Err(Readiness { status: "not_ready".to_owned(), reason: Some(reason.to_owned()) })
}
