//! Behaviour of the `kiket` program, as whole processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod folder;
mod lint;
mod lint_folder;
mod migrate;
mod sarif;
mod serve;
mod supervise;
