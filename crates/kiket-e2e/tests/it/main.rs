//! The whole, with nothing faked: a real platform, real extensions, real processes.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can not go on has failed"
)]

mod kiket;
mod programs;

mod client;
mod crash;
mod deploy;
mod dev_keys;
mod dev_leftovers;
mod dev_once;
mod dev_record;
mod dev_run;
mod dev_several;
#[cfg(target_os = "linux")]
mod dev_stop;
mod dev_watch;
mod dev_weather;
mod in_flight;
mod lint_code;
mod new;
mod peers;
mod readme;
mod reference;
mod stub_api;
mod tested;
