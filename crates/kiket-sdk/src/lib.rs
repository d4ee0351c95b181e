//! Write Kiket extensions in Rust: typed handlers for signed webhooks.
//!
//! ```no_run
//! use kiket_sdk::prelude::*;
//! use serde::Deserialize;
//! use serde_json::Value;
//!
//! #[derive(Deserialize)]
//! struct IssueCreated {
//!     issue: Issue,
//! }
//!
//! #[derive(Deserialize)]
//! struct Issue {
//!     title: String,
//! }
//!
//! #[webhook("issue.created", version = "v1")]
//! async fn issue_created(payload: IssueCreated, context: Context) -> Result<Value> {
//!     let summary = payload.issue.title;
//!     context.endpoints().log_event("issue.created", json!({ "summary": summary })).await?;
//!     context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
//!     Ok(json!({ "ok": true, "version": context.event_version() }))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), kiket_sdk::Error> {
//!     Extension::from_manifest()?.load(handlers![issue_created]).run("0.0.0.0:8080").await
//! }
//! ```
//!
//! The [`guide`] has a page for each part: [handlers](guide::handlers), [failures](guide::failures),
//! [time](guide::time) (repeats, deadlines, background work), [serving](guide::serving),
//! [observing](guide::observing), and a table of words for those who are
//! [coming from](guide::coming_from) the TypeScript, Python or Ruby SDK.
//!
//! # What happens to a request
//!
//! `POST /v/{version}/webhooks/{event}` (or `/webhooks/{event}`, or any path with the headers
//! `X-Kiket-Event` and `X-Kiket-Event-Version`) is read up to 1 MiB, verified, matched with a
//! handler, read into the handler's type, checked for scopes, and handled. An answer that is not
//! 200 is JSON with `error` and `code`:
//!
//! | Status | When |
//! |---|---|
//! | 400 | no version; an action's event without `action_key`; a body that is no JSON object, or is for another event or for an action |
//! | 401 | the signature or the token is missing, wrong or old (`invalid_signature`, `invalid_token`); the log says which, and what is likely the cause |
//! | 403 | the runtime token lacks a scope |
//! | 404 | no handler for this event and version, or for this action |
//! | 405, 413, 415 | another method; a body that is too large; a body that is no JSON by its headers |
//! | 422 | a body that does not fit the handler; the answer names the member, and never its value |
//! | 503 | a body that did not arrive whole and in time; a token that can not be checked for want of keys (`keys_unavailable`); a handler that did not answer in time, or that still runs for an earlier attempt |
//! | any | what a [`HandlerError`] says; 500 for every other failure, and for a panic |
//!
//! `GET /health` tells what the extension handles.
//!
//! # Verification
//!
//! A delivery brings two proofs of its origin. [`Extension::verification`] says which is needed; one
//! that is there and can be checked must hold in any case.
//!
//! | Mode | Needs | Delivery secret |
//! |---|---|---|
//! | [`Verification::Signature`], the default | the HMAC signature | needed |
//! | [`Verification::Token`] | the runtime token; a signature is checked too if there is a secret | optional |
//! | [`Verification::Both`] | the signature, then the token | needed |
//! | [`Verification::Either`] | at least one of them | needed |
//!
//! ```
//! use kiket_sdk::Verification;
//! use kiket_sdk::prelude::*;
//!
//! let extension = Extension::new("com.example.crm").verification(Verification::Both);
//! ```
//!
//! **The signature** covers every byte of the body, and the timestamp beside it or the end that the
//! body names. In this mode the token is carried without a check.
//!
//! **The token** (`authentication.runtime_token`, a JWT signed with ES256) says who signed it, until
//! when it is good, what it grants, and for which delivery: its `did` must be the body's
//! `delivery.id`. It does **not** cover the body. Whoever gets hold of a token can put another
//! payload, other secrets or another event beside it and send that to any extension that believes
//! tokens alone, also one that the token was not meant for, until the token ends. So
//! [`Verification::Token`] is for where nobody else can see deliveries; where there is a secret,
//! [`Verification::Both`] is better. Scopes and end are taken from the token, never from the body
//! around it.
//!
//! **The keys** come from `/.well-known/jwks.json` of the configured API address, whatever a payload
//! names, when the first token comes. They are used for an hour, and fetched anew when a token names
//! a key that is not among them, at most once in 30 seconds. When they can not be fetched, those that
//! are there go on being used; without any that would do, the answer is 503 with `Retry-After`, so
//! that Kiket delivers again. A platform of your own has its own issuer, see
//! [`Extension::token_issuer`].
//!
//! **Without verification**, for trying things out on one machine, an extension runs with
//! [`Extension::unverified_for_development`]: it says so at the start and listens on a loopback
//! address only.
//!
//! # Guards
//!
//! Before some things happen, Kiket asks: with an event whose last part begins with `before_`. A
//! guard answers it with a [`Guard`]: `allow`, `pending` or `deny`.
//!
//! ```
//! use kiket_sdk::prelude::*;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Transition {
//!     to: String,
//!     approvals: u32,
//! }
//!
//! #[guard("workflow.before_transition", version = "v1")]
//! async fn approved(transition: Transition, _context: Context) -> Result<Guard> {
//!     Ok(match (transition.to.as_str(), transition.approvals) {
//!         ("done", 0) => Guard::deny("Nobody has approved this."),
//!         ("done", 1) => Guard::pending("A second approval is missing."),
//!         _ => Guard::allow(),
//!     })
//! }
//!
//! let extension = Extension::new("com.example.approvals").load(handlers![approved]);
//! ```
//!
//! Kiket reads every 2xx without a clear `status` as "allow", so a guard can answer with nothing
//! but a `Guard`, webhook handlers are not accepted for events that ask, and the fallback never
//! takes one. A [`HandlerError`], a panic, a refusal of the table above and no answer in time are
//! no 2xx: Kiket denies. That holds for hooks that are `required`; the answers to the others
//! decide nothing.
//!
//! # Actions
//!
//! An action is what a user triggers in Kiket, by a key that the manifest declares under
//! `actions`. Its handler answers with an [`ActionResult`], which the user sees.
//!
//! ```
//! use kiket_sdk::prelude::*;
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Sync {
//!     #[serde(default)]
//!     contacts: Vec<String>,
//! }
//!
//! #[action("sync_contacts")]
//! async fn sync_contacts(sync: Sync, _context: Context) -> Result<ActionResult> {
//!     let count = sync.contacts.len();
//!     if count == 0 {
//!         return Ok(ActionResult::failure("There are no contacts to sync."));
//!     }
//!     Ok(ActionResult::success()
//!         .message(format!("Synced {count} contacts"))
//!         .data(json!({ "synced_count": count })))
//! }
//!
//! let extension = Extension::new("com.example.crm").load(handlers![sync_contacts]);
//! ```
//!
//! The signed body's `action_key` calls the handler, whatever path the call is sent to; its event
//! is `action.` and the key, in version `v1`.
//!
//! # The fallback
//!
//! One handler may take every event and version that no other handler takes.
//!
//! ```no_run
//! use kiket_sdk::prelude::*;
//! use serde_json::Value;
//!
//! async fn any(payload: Value, context: Context) -> Result<Value> {
//!     Ok(json!({ "event": context.event(), "version": context.event_version() }))
//! }
//!
//! # async fn example() -> Result<(), kiket_sdk::Error> {
//! Extension::new("com.example.audit").fallback(any).run("0.0.0.0:8080").await
//! # }
//! ```
//!
//! # Configuration
//!
//! The builder comes first, then the manifest (which has no address of the API), then the
//! environment, then the default; with `KIKET_DEV=1` the environment comes first.
//!
//! | Variable | Meaning |
//! |---|---|
//! | `KIKET_WEBHOOK_SECRET` | the installation's delivery secret; without one nothing starts, except with [`Verification::Token`] |
//! | `KIKET_WEBHOOK_SECRET_PREVIOUS` | the one before, accepted during a rotation |
//! | `KIKET_BASE_URL` | Kiket's API and the keys of its tokens, `https://kiket.dev` by default |
//! | `HOST`, `PORT` | where to listen, in place of the address that the program gives |
//! | `KIKET_DESCRIBE` | `1`: print the handlers as JSON and end |
//!
//! Calls go to the configured API address only: the one that a payload names is never used.

#![forbid(unsafe_code)]

mod action_result;
mod answer;
mod attempt;
mod background;
mod body;
mod context;
mod deadline;
mod declared;
mod describe;
mod endpoints;
mod environment;
mod error;
mod extension;
mod guard;
#[cfg(any(doc, doctest))]
pub mod guide;
mod handler;
mod handler_error;
mod handlers;
mod health;
mod idempotency;
mod incoming;
mod invocation;
mod key_set;
mod options;
mod panics;
mod patience;
mod refusal;
mod registration;
mod registration_fault;
mod route;
mod router;
mod scopes;
mod secrets;
mod serve;
mod service;
mod settings;
mod telemetry;
mod trace;
mod verification;
mod verify;

pub use action_result::ActionResult;
pub use background::BackgroundFull;
pub use context::Context;
pub use endpoints::Endpoints;
pub use error::Error;
pub use extension::Extension;
pub use guard::Guard;
pub use handler::{Answer, Handler, Payload};
pub use handler_error::{HandlerError, OrHandlerError, Result};
pub use hyper::HeaderMap;
pub use idempotency::EffectivelyOnce;
pub use kiket_contract::clock::Clock;
pub use kiket_contract::id::{DeliveryId, InstallationId, OrganizationId, ProjectId};
pub use kiket_contract::payload::{Authentication, SecretStatus};
pub use kiket_contract::secret::Secret;
pub use kiket_sdk_macros::{action, guard, webhook};
pub use registration::Registration;
pub use registration_fault::RegistrationFault;
pub use scopes::MissingScopes;
pub use secrets::Secrets;
pub use serve::Bound;
pub use service::ExtensionService;
pub use telemetry::{TelemetryRecord, TelemetryStatus};
/// What [`Context::cancellation`] gives.
pub use tokio_util::sync::CancellationToken;
pub use verification::Verification;

/// The client behind [`Context::endpoints`] and [`Context::secrets`]: the errors of their calls.
pub use kiket_client as client;
/// The documented events: typed payloads and samples.
pub use kiket_contract::event;

/// What nearly every extension needs.
pub mod prelude {
    pub use serde_json::json;

    pub use crate::{
        ActionResult, Context, Extension, Guard, HandlerError, OrHandlerError, Result, Secret,
        action, guard, handlers, webhook,
    };
}

/// The handlers to [`Extension::load`]: functions with `#[webhook]`, `#[guard]` or `#[action]`, by
/// name or by path.
///
/// ```
/// use kiket_sdk::prelude::*;
///
/// mod issues {
///     use kiket_sdk::prelude::*;
///     use serde_json::Value;
///
///     #[webhook("issue.created", version = "v1")]
///     pub async fn created(_issue: Value, _context: Context) -> Result {
///         Ok(())
///     }
/// }
///
/// let extension = Extension::new("com.example.crm").load(handlers![issues::created]);
/// ```
#[macro_export]
macro_rules! handlers {
    ($($handler:path),* $(,)?) => {
        [$(<$handler as $crate::__private::Declared>::registration()),*]
    };
}

#[doc(hidden)]
pub mod __private {
    pub use crate::Registration;
    pub use crate::declared::{Declared, action, guard, webhook};
}

/// The README's example is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
