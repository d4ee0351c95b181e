//! Calls Kiket's API: one pool of connections, credentials that go to one address only.
//!
//! ```no_run
//! use kiket_client::Client;
//! use kiket_contract::api::extension_events::LogEvent;
//!
//! # async fn example(token: kiket_contract::secret::Secret) -> Result<(), kiket_client::Error> {
//! let client = Client::new("https://kiket.dev")?;
//! let session = client.session(Some(token), "v1");
//! let event = LogEvent {
//!     event: "issue.created".into(),
//!     version: Some("v1".into()),
//!     data: serde_json::json!({ "summary": "Restore checkout webhooks" }),
//!     timestamp: None,
//! };
//! session.log_event("com.example.marketing", &event).await?;
//! # Ok(()) }
//! ```
//!
//! A [`Client`] holds the address, the connections and the program's own credentials, and is made
//! once. A [`Session`] makes the calls: [`Client::session`] with the runtime token of one delivery,
//! [`Client::standalone`] with the program's own credentials. Inside a handler the SDK has made both.
//!
//! # What every call does
//!
//! - It carries one credential: the runtime token; without one the API key (for what extensions may
//!   call), else the workspace token. It goes to the client's address only, and no redirect is
//!   followed.
//! - It fails with a typed [`Error`] that names the call, whatever the API answers that is not a
//!   success.
//! - It is made again after 429, 502, 503, 504 and lost connections, up to [`RETRIES`] times, after
//!   [`Retry-After`](LONGEST_WAIT) or a short, spread wait. A write carries an `Idempotency-Key`.
//! - It ends in time: [`CONNECT_TIMEOUT`] for a connection, [`READ_TIMEOUT`] of silence, [`TIMEOUT`]
//!   in all, or earlier at the deadline of [`Session::until`].
//! - It reads at most [`LARGEST_ANSWER`] bytes, over one of at most [`MOST_CONNECTIONS`] connections.
//!   [`Client::key_set`] and [`TelemetrySink`] have connections of their own, so that calls which hang
//!   hold up neither.

#![forbid(unsafe_code)]

mod call;
mod calls;
mod client;
mod connect;
mod error;
mod idempotency;
mod list;
mod origin;
mod place;
mod pool;
mod retry;
mod session;
mod transport;

pub use calls::audit::Audit;
pub use calls::custom_data::CustomData;
pub use calls::intake_forms::IntakeForms;
pub use calls::issues::Issues;
pub use calls::sla_events::SlaEvents;
pub use calls::{KEY_SET_TIMEOUT, LARGEST_KEY_SET, TELEMETRY_TIMEOUT, TelemetrySink};
pub use client::Client;
pub use connect::CONNECT_TIMEOUT;
pub use error::Error;
pub use list::{List, MOST_PAGES, Pages};
pub use origin::Origin;
pub use pool::MOST_CONNECTIONS;
pub use retry::{LONGEST_WAIT, RETRIES};
pub use session::{Session, TIMEOUT};
pub use transport::{LARGEST_ANSWER, READ_TIMEOUT};
