//! The platform from outside: a real database file, real HTTP on both sides.

mod harness;

mod callbacks;
mod deliveries;
mod operator;
mod restart;
mod retries;
mod sealed;
