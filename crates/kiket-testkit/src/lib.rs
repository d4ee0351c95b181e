//! Test a Kiket extension: send it signed deliveries, stand in for Kiket's API, and look at what it
//! called. No network beyond the machine itself, no account, no running Kiket.
//!
//! ```
//! use axum::{Json, Router, routing::post};
//! use kiket_testkit::Delivery;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // Whatever answers requests; an extension of the Rust SDK is such a service too.
//! let service = Router::new().route(
//!     "/v/v1/webhooks/workflow.before_transition",
//!     post(|| async { Json(json!({ "status": "deny", "message": "Nobody has reviewed this." })) }),
//! );
//!
//! let asked = Delivery::new("workflow.before_transition", "v1").set("/transition/to", "done");
//! let denied = asked.send_to(&service).await.assert_denied();
//! assert_eq!(denied.message.as_deref(), Some("Nobody has reviewed this."));
//! # }
//! ```
//!
//! The guide of `kiket-sdk` has a page on testing, with an extension that calls back.
//!
//! | For | There is |
//! |---|---|
//! | a signed request, right or deliberately wrong | [`Delivery`], [`Fault`], [`create_signed_payload`] |
//! | a recorded payload, every documented event | [`Delivery::replay`], [`Delivery::samples`] |
//! | calling an extension without a socket | [`StubApi::deliver`], [`Delivery::send_to`], [`send`] |
//! | calling one over a socket | [`StubApi::deliver_to`], [`Delivery::post_to`], [`serve`] |
//! | Kiket's API, answering, failing, slow, limiting | [`StubApi`], [`On`] |
//! | what was answered and what was called | the assertions of [`Answer`] and of [`StubApi`] |
//! | a delivery that comes twice | [`assert_idempotent`] |
//!
//! The kit knows the delivery contract and not the SDK: it tests any tower `Service` and any
//! program that speaks the contract.
//!
//! Whatever does not hold panics, with what was answered and every call that was made. Tokens and
//! the values of secrets are left out of these texts.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, and that is what this crate is for"
)]

mod answer;
mod delivery;
mod driver;
mod idempotent;
mod keys;
mod socket;
mod stub_api;

pub use answer::Answer;
pub use delivery::{
    DELIVERY_SECRET, Delivery, Fault, ReplayError, SignedPayload, create_signed_payload,
};
pub use driver::send;
pub use idempotent::assert_idempotent;
pub use keys::key_set;
pub use kiket_contract::signature::SigningForm;
pub use socket::{Served, serve};
pub use stub_api::{Call, On, StubApi};
