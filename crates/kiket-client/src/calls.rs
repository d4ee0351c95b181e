//! The calls, one file per resource of the API.

pub(crate) mod audit;
pub(crate) mod custom_data;
mod extension_events;
mod extensions;
pub(crate) mod intake_forms;
pub(crate) mod issues;
mod key_set;
mod raw;
mod secrets;
pub(crate) mod sla_events;
mod telemetry;

pub use key_set::{KEY_SET_TIMEOUT, LARGEST_KEY_SET};
pub use telemetry::{TELEMETRY_TIMEOUT, TelemetrySink};
