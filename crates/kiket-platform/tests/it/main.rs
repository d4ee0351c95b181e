//! The platform from outside: a real database file, real HTTP on both sides.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can not go on has failed")]

mod act;
mod actions;
mod activity;
mod backup;
mod callbacks;
mod deliveries;
mod guards;
mod harness;
mod installations;
mod life;
mod look;
mod openapi;
mod operating;
mod operator;
mod restart;
mod retention;
mod retries;
mod rotation;
mod sealed;
mod signing_keys;
mod stream;
mod upgrades;
