//! The calls, one file per resource of the API.

mod extension_events;
mod secrets;
