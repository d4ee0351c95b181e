//! The platform from outside: a real database file, real HTTP on both sides.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can not go on has failed")]

mod act;
mod actions;
mod activity;
mod backup;
mod callbacks;
mod clock;
mod credentials;
mod crowd;
mod custom_data;
mod deliveries;
mod dialects;
mod examples;
mod faults;
mod guards;
mod harness;
mod inbound_emails;
mod installations;
mod isolation;
mod kept_elsewhere;
mod life;
mod limits;
mod log;
mod look;
mod master_key;
mod openapi;
mod operating;
mod operator;
mod rate_limit;
mod replacing;
mod restart;
mod retention;
mod retries;
mod rotation;
mod sealed;
#[cfg(any(feature = "vault", feature = "google-secret-manager"))]
mod secret_backends;
mod secrets;
mod secrets_kept;
mod signing_keys;
mod stream;
mod telemetry;
mod told;
mod upgrades;
mod webhooks;
mod workspace_tokens;
