//! Behaviour of the manifest reader, through its public interface.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arbitrary;
mod files;
mod mistakes;
mod secrets;
mod shapes;
