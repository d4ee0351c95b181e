//! Behaviour of the `kiket` program, as whole processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod contract;
mod custom_data;
mod deliveries;
mod doctor;
mod folder;
mod generate;
mod installing;
mod lint;
mod lint_folder;
mod migrate;
mod new;
mod others;
mod package;
mod platform;
mod replay;
mod sarif;
mod secrets;
mod serve;
mod supervise;
mod trigger;
mod unreachable;
mod validate;
