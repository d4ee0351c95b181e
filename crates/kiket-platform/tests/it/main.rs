//! The platform from outside: a real database file, real HTTP on both sides.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can not go on has failed")]

mod guards;
mod harness;
mod installations;
mod life;

mod act;
mod actions;
mod activity;
mod callbacks;
mod deliveries;
mod look;
mod operator;
mod restart;
mod retries;
mod rotation;
mod sealed;
mod stream;
mod upgrades;
