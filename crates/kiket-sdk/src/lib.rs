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
//! | 401 | the signature is missing, wrong or old; the log says which |
//! | 403 | the runtime token lacks a scope |
//! | 404 | no handler for this event and version, or for this action |
//! | 405, 413, 415 | another method; a body that is too large; a body that is no JSON by its headers |
//! | 422 | a body that does not fit the handler; the answer names the member, and never its value |
//! | 503 | a body that did not arrive whole and in time; a handler that did not answer in time, or that still runs for an earlier attempt |
//! | any | what a [`HandlerError`] says; 500 for every other failure, and for a panic |
//!
//! `GET /health` tells what the extension handles.
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
//! | `KIKET_WEBHOOK_SECRET` | the installation's delivery secret; without one nothing starts |
//! | `KIKET_WEBHOOK_SECRET_PREVIOUS` | the one before, accepted during a rotation |
//! | `KIKET_BASE_URL` | Kiket's API, `https://kiket.dev` by default |
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
mod options;
mod panics;
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
pub use kiket_contract::id::DeliveryId;
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
