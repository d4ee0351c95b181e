//! The kit, tested by what it makes and by what it says.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can not go on has failed"
)]

mod caller;
mod credentials;
mod deliveries;
mod failures;
mod idempotence;
mod sockets;
mod stub_api;
