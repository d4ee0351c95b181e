//! The platform's side of the delivery contract, as a library.
//!
//! A [`Platform`] accepts events, keeps them in an embedded database, delivers them signed to the
//! installed extensions, tries again what failed, and serves the API that extensions call back into
//! with the runtime token of their delivery.
//!
//! ```no_run
//! use kiket_platform::{Config, Platform};
//!
//! # async fn run() -> Result<(), kiket_platform::Error> {
//! let platform = Platform::start(Config::new("data")).await?;
//! platform.deliver();
//! println!("listening on {}", platform.url());
//! platform.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! Data goes one way. `http` parses a request, calls one service (`installations`, `events`,
//! `secrets`, …) and renders its answer; services know no HTTP; `store` knows no services.

#![forbid(unsafe_code)]

mod actions;
mod backup;
mod caller;
mod config;
mod core;
mod custom_data;
mod deliveries;
mod delivery;
mod error;
mod events;
mod extension_events;
mod extensions;
mod guards;
mod happening;
mod health;
mod http;
mod inbound_emails;
mod installations;
mod live;
mod metrics;
mod notifications;
mod outbound;
mod platform;
mod private_file;
mod projects;
mod rate_limit;
mod secrets;
mod serve;
mod signing_keys;
mod store;
mod telemetry;
mod tokens;
mod upkeep;
mod webhooks;
mod workspace_tokens;

pub use backup::backup;
pub use config::Config;
pub use custom_data::CustomDataError;
pub use error::Error;
pub use extension_events::TellError;
pub use happening::Happening;
pub use outbound::address::AddressError;
pub use platform::Platform;
pub use secrets::SecretError;
#[cfg(feature = "google-secret-manager")]
pub use secrets::backend::GoogleSecretManager;
#[cfg(feature = "vault")]
pub use secrets::backend::Vault;
pub use secrets::backend::{SecretBackend, SecretBackendError};
pub use secrets::master_key::MasterKeyError;
pub use secrets::rotation::{MasterKeyRotation, retire_master_keys, rotate_master_key};
pub use secrets::seal::SealError;
pub use store::carried::Carried;
pub use store::{StoreError, Trouble};
pub use webhooks::WebhookError;
pub use workspace_tokens::WorkspaceTokenError;
