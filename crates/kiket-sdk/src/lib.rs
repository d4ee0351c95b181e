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
//! The [`guide`] has a page for each part: [handlers](guide::handlers), [the context](guide::context),
//! [guards](guide::guards), [actions and the fallback](guide::actions),
//! [verification](guide::verification), [runtime tokens and scopes](guide::runtime_tokens),
//! [calling Kiket](guide::calling) ([custom data](guide::custom_data),
//! [service levels](guide::sla_events), [rate limits](guide::rate_limit),
//! [log, notifications and metrics](guide::notifications), [intake forms](guide::intake_forms),
//! [audit](guide::audit)), [failures](guide::failures), [time](guide::time) (repeats, deadlines,
//! background work), [configuration](guide::configuration), [secrets](guide::secrets),
//! [serving](guide::serving), [observing](guide::observing), [telemetry](guide::telemetry),
//! [testing](guide::testing), and a table of words for those who are
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
//! | 503 | a body that did not arrive whole and in time; a token that can not be checked for want of keys (`keys_unavailable`); a memory of finished deliveries that can not be reached; a handler that did not answer in time, or that still runs for an earlier attempt |
//! | any | what a [`HandlerError`] says; 500 for every other failure, and for a panic |
//!
//! `GET /health` tells what the extension handles.
//!
//! # Cargo features
//!
//! None is on by default.
//!
//! | Feature | Adds |
//! |---|---|
//! | `axum` | `Extension::into_router`: the extension nested in an axum app |
//! | `lambda` | `Extension::run_lambda`: the extension as an AWS Lambda function |
//! | `metrics` | what happens, counted and measured through the crate `metrics`, see [observing](guide::observing) |
//! | `redis` | `EffectivelyOnce::Redis`: several processes share the memory of finished deliveries |

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
#[cfg(feature = "lambda")]
mod lambda;
mod log;
#[cfg(feature = "metrics")]
mod measures;
mod metric_value;
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
mod setting_values;
mod settings;
mod telemetry;
pub mod testing;
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
pub use kiket_manifest::WrongType;
pub use kiket_sdk_macros::{action, guard, webhook};
pub use metric_value::MetricValue;
pub use registration::Registration;
pub use registration_fault::RegistrationFault;
pub use scopes::MissingScopes;
pub use secrets::Secrets;
pub use serve::Bound;
pub use service::ExtensionService;
pub use setting_values::SettingValues;
pub use telemetry::{TelemetryRecord, TelemetryStatus};
/// What [`Context::cancellation`] gives.
pub use tokio_util::sync::CancellationToken;
pub use verification::Verification;

/// The client behind [`Context::endpoints`] and [`Context::secrets`]: the errors of their calls.
pub use kiket_client as client;
/// The documented events: typed payloads and samples.
pub use kiket_contract::event;

/// What Kiket's API is asked and what it answers, where extensions call it.
pub mod api {
    pub use kiket_contract::api::{
        AnyId, Page, audit, custom_data, extension_metrics, extensions, inbound_emails,
        intake_forms, issues, notifications, rate_limit, sla_events, webhook_url,
    };
}

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
