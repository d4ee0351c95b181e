//! The client over real HTTP, against a server with prepared answers.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod key_set;
mod requests;
mod stub;
