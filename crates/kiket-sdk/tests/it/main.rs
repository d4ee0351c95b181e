//! The SDK over real HTTP: raw, signed requests to a served extension.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod actions;
mod answers;
mod attributes;
mod bodies;
mod calls;
mod compile_errors;
mod context;
mod fallback;
mod guards;
mod log;
mod platform;
mod program;
mod routes;
mod serving;
mod start;
mod verification;
mod wire;
