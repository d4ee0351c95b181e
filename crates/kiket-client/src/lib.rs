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
//! A [`Client`] holds the address and the connections and is made once. A [`Session`] adds the
//! credentials of one delivery and makes the calls; each resource's calls have a file of their own.

#![forbid(unsafe_code)]

mod calls;
mod client;
mod error;
mod origin;
mod transport;

pub use calls::{KEY_SET_TIMEOUT, LARGEST_KEY_SET};
pub use client::{Client, Session};
pub use error::Error;
pub use transport::{CONNECT_TIMEOUT, LARGEST_ANSWER, TIMEOUT};
