//! What comes to an extension or a tool from outside, and what has to hold whatever it is.
//!
//! Each module is one target: its `check` takes any bytes and panics when a promise is broken. Two
//! things call them. `cargo test` gives them every file of `corpus/`, on any toolchain. `fuzz/run`
//! builds them with libFuzzer and gives them what that thinks of. An input that broke something is
//! added to `corpus/` with the fix, under a name that says what it is.

#![expect(clippy::expect_used, clippy::panic, reason = "a target fails by panicking")]

pub mod envelope;
pub mod manifest;
mod program;
pub mod route;
pub mod signature;
pub mod token;

/// A target by name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 5] = [
    ("envelope", envelope::check),
    ("manifest", manifest::check),
    ("route", route::check),
    ("signature", signature::check),
    ("token", token::check),
];
