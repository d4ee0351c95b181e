//! The SDK over real HTTP: raw, signed requests to a served extension.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod actions;
mod answers;
mod attributes;
mod background;
mod bad_input;
mod bad_input_bodies;
mod bad_input_connections;
mod bad_input_framing;
mod bad_input_heads;
mod bad_input_known;
mod bodies;
mod calls;
mod compile_errors;
mod context;
mod deadlines;
mod diagnosis;
mod fallback;
mod gate;
mod guards;
mod health;
mod key_server;
mod key_sets;
mod log;
mod minting;
mod platform;
mod program;
mod proofs;
mod repeats;
mod routes;
mod service;
mod serving;
mod start;
mod telemetry;
mod tokens;
mod unverified;
mod verification;
mod wire;
