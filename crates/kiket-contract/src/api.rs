//! Requests and responses of `/api/v1/**`, one file per resource, used by both sides.

pub mod actions;
pub mod deliveries;
pub mod events;
pub mod extension_events;
pub mod guards;
pub mod installations;
pub mod secrets;
pub mod telemetry;

use serde::{Deserialize, Serialize};

/// The answer of a write that has nothing to return; never an empty body, which some SDKs refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Always `true`.
    pub ok: bool,
}

impl Done {
    /// `{"ok": true}`.
    pub const OK: Self = Self { ok: true };
}
