//! The whole, with nothing faked: a real platform, real extensions, real processes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can not go on has failed")]

mod kiket;
mod programs;

mod client;
mod crash;
mod deploy;
mod dev_leftovers;
mod dev_once;
#[cfg(target_os = "linux")]
mod dev_stop;
mod in_flight;
mod lint_code;
mod new;
mod peers;
mod readme;
mod stub_api;
