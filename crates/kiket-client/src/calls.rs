//! The calls, one file per resource of the API.

mod extension_events;
mod key_set;
mod secrets;

pub use key_set::{KEY_SET_TIMEOUT, LARGEST_KEY_SET};
