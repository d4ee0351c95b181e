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
mod callbacks;
mod calls;
#[cfg(any(feature = "lambda", feature = "redis"))]
mod child;
mod compile_errors;
mod context;
#[cfg(any(feature = "lambda", feature = "redis"))]
mod control;
mod deadlines;
mod diagnosis;
mod endpoints;
mod fallback;
mod gate;
mod guards;
mod health;
mod key_server;
mod key_sets;
#[cfg(feature = "lambda")]
mod lambda;
mod log;
#[cfg(feature = "metrics")]
mod measures;
mod minting;
#[cfg(feature = "axum")]
mod nested;
mod platform;
mod program;
mod proofs;
mod readmes;
#[cfg(feature = "redis")]
mod redis;
mod repeats;
mod routes;
mod secrets;
mod service;
#[cfg(feature = "redis")]
mod services;
mod serving;
mod settings;
mod settings_page;
mod start;
mod stub;
mod telemetry;
mod telemetry_posts;
mod testkit;
mod tokens;
mod unverified;
mod verification;
mod wire;
