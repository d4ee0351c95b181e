//! The client over real HTTP, against a server with prepared answers.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod api;
mod connections;
mod credentials;
mod idempotency;
mod key_set;
mod operations;
mod requests;
mod retries;
#[cfg(target_os = "linux")]
mod roots;
mod stub;
mod time;
