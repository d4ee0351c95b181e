//! What extensions call back into.
//!
//! [`enter`] stands before every route here, so that a new route is guarded without a word of its
//! own: it checks the credential, counts the call, checks the scopes that the contract names for its
//! path, and refuses an `extension_id` in the path or a `project_id` in the query that is not the
//! caller's. A handler takes [`Caller`], or [`Subject`] when it is about an installation; a
//! `project_id` in a body it checks itself, by [`Caller::project`].
//!
//! Telemetry may come without a credential, and is then counted by the address that it comes from.
//!
//! A call with a good runtime token is recorded with its delivery, whatever came of it.

mod audit;
mod credential;
mod custom_data;
mod extension_events;
mod extensions;
mod inbound_emails;
mod intake_forms;
mod issues;
mod keyed;
mod rate_limit;
mod secrets;
mod sla_events;
mod telemetry;
mod webhook_url;

use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kiket_contract::api::AnyId;
use kiket_contract::api::deliveries::Callback;
use kiket_contract::id::{DeliveryId, ProjectId};
use kiket_contract::{api, scope};
use tracing::{Instrument, error};
use url::form_urlencoded;

use super::error::ApiError;
use crate::caller::{Caller, Subject, Unauthorized, authenticate};
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::happening::Happening;
use crate::rate_limit::{Counted, TELEMETRY_LIMIT};
use crate::serve::Peer;

/// The part of a path that names an extension; of a query too, for callers who stand for none.
const EXTENSION_ID: &str = "extension_id";
/// The part of a query that names a project.
const PROJECT_ID: &str = "project_id";

/// How much of a path is recorded of a call, in characters.
const LONGEST_PATH: usize = 256;

pub(super) fn router(core: &Shared) -> Router<Shared> {
    Router::new()
        .route(api::extension_events::LOG_PATH, post(extension_events::log))
        .route(api::secrets::LIST_PATH, get(secrets::list).post(secrets::set_named))
        .route(
            api::secrets::PATH,
            get(secrets::show)
                .post(secrets::set)
                .put(secrets::set)
                .patch(secrets::rotate)
                .delete(secrets::remove),
        )
        .route(api::rate_limit::PATH, get(rate_limit::show))
        .route(api::custom_data::PATH, get(custom_data::list).post(custom_data::create))
        .route(
            api::custom_data::RECORD_PATH,
            get(custom_data::get).patch(custom_data::update).delete(custom_data::delete),
        )
        .merge(told())
        .merge(kept_elsewhere())
        .route_layer(middleware::from_fn_with_state(core.clone(), enter))
}

/// What extensions tell and ask of themselves.
fn told() -> Router<Shared> {
    Router::new()
        .route(api::extensions::PATH, get(extensions::show))
        .route(api::extension_events::MESSAGES_PATH, post(extension_events::log_message))
        .route(api::extension_metrics::PATH, post(extension_events::measure))
        .route(api::notifications::PATH, post(extension_events::notify))
        .route(api::analytics_events::PATH, post(extension_events::report))
        .route(api::telemetry::PATH, post(telemetry::take))
        .route(api::webhook_url::PATH, get(webhook_url::show))
        .route(api::inbound_emails::PATH, post(inbound_emails::take))
}

/// What this platform keeps nothing of.
fn kept_elsewhere() -> Router<Shared> {
    use api::intake_forms::submissions;
    Router::new()
        .route(api::issues::PATH, get(issues::list).post(issues::create))
        .route(api::issues::ONE, get(issues::show).patch(issues::update))
        .route(api::issues::TRANSITIONS, post(issues::transition))
        .route(api::issues::COMMENTS, get(issues::comments).post(issues::comment))
        .route(api::sla_events::PATH, get(sla_events::list))
        .route(api::intake_forms::PATH, get(intake_forms::list))
        .route(api::intake_forms::ONE, get(intake_forms::show))
        .route(api::intake_forms::STATS, get(intake_forms::stats))
        .route(submissions::PATH, get(intake_forms::submissions).post(intake_forms::submit))
        .route(submissions::ONE, get(intake_forms::submission))
        .route(submissions::APPROVE, post(intake_forms::review))
        .route(submissions::REJECT, post(intake_forms::review))
        .route(api::audit::ANCHORS, get(audit::anchors))
        .route(api::audit::ANCHOR, get(audit::anchor))
        .route(api::audit::PROOF, get(audit::proof))
        .route(api::audit::VERIFY, post(audit::verify))
}

/// Answers on a task of its own: what has begun is ended, and recorded, when the one who called has
/// gone away.
async fn enter(State(core): State<Shared>, request: Request, next: Next) -> Response {
    let answered = tokio::spawn(answer(core, request, next).in_current_span()).await;
    answered.unwrap_or_else(|_| ApiError::Domain(Error::Panicked).into_response())
}

/// Checks who calls, counts the call, and records it with its delivery.
async fn answer(core: Shared, mut request: Request, next: Next) -> Response {
    let is_telemetry = request.uri().path() == api::telemetry::PATH;
    let caller = match credential::of(request.headers()) {
        Some(credential) => authenticate(&core, credential).await,
        None if is_telemetry => return from_anyone(&core, request, next).await,
        None => Err(Unauthorized::Nothing),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(reason) => return ApiError::Unauthorized(reason).into_response(),
    };
    let (counted, limit) = match is_telemetry {
        true => (caller.counted().telemetry(), Some(TELEMETRY_LIMIT)),
        false => (caller.counted(), caller.rate_limit),
    };
    let standing = core.rate_limits.count(counted, limit, core.now());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // What the SDK reports is no call of the extension's.
    let delivery = caller.delivery().filter(|_| !is_telemetry);
    let mut response = if standing.is_allowed {
        request.extensions_mut().insert(standing);
        guarded(&core, caller, request, next).await.unwrap_or_else(IntoResponse::into_response)
    } else {
        ApiError::TooManyCalls { wait: standing.reset_in }.into_response()
    };
    rate_limit::say(&standing, response.headers_mut());
    if let Some(delivery) = delivery {
        record(&core, delivery, (&method, path), response.status()).await;
    }
    response
}

/// Counts a call without a credential by where it comes from, and calls the handler.
async fn from_anyone(core: &Core, request: Request, next: Next) -> Response {
    let peer = request.extensions().get().map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(peer)| *peer);
    let standing = core.rate_limits.count(Counted::from_address(peer), None, core.now());
    let mut response = if standing.is_allowed {
        next.run(request).await
    } else {
        ApiError::TooManyCalls { wait: standing.reset_in }.into_response()
    };
    rate_limit::say(&standing, response.headers_mut());
    response
}

/// Calls the handler, if the caller may do what it asks for.
async fn guarded(
    core: &Core,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    caller.may(scope::required(parts.method.as_str(), parts.uri.path()))?;
    if let Some(named) = extension_id(&mut parts).await? {
        caller.is_of(&named)?;
    }
    if let Some(project) = project_id(&parts.uri)? {
        caller.reaches(core, project).await?;
    }
    parts.extensions.insert(caller);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn record(
    core: &Core,
    delivery: DeliveryId,
    (method, path): (&Method, String),
    status: StatusCode,
) {
    let (method, status_code) = (method.to_string(), status.as_u16());
    let path = path.chars().take(LONGEST_PATH).collect();
    let callback = Callback { method, path, status_code, at: core.now() };
    if let Err(failure) = core.store.record_callback(delivery, callback.clone()).await {
        error!(error = %failure, %delivery, "a callback could not be recorded");
    }
    core.metrics.called_back(callback.status_code);
    core.tell(Happening::CalledBack { delivery_id: delivery, callback });
}

/// The extension that the path names, if it names one.
async fn extension_id(parts: &mut Parts) -> Result<Option<String>, ApiError> {
    let unreadable = |_| ApiError::Path;
    let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(unreadable)?;
    let named = parameters.iter().find(|(name, _)| *name == EXTENSION_ID);
    Ok(named.map(|(_, value)| value.to_owned()))
}

/// The project that the query names, if it names one; the same one when it does so several times.
fn project_id(uri: &Uri) -> Result<Option<ProjectId>, ApiError> {
    let unfit = || ApiError::Parameters(format!("{PROJECT_ID}: give a project's number, once"));
    let query = uri.query().unwrap_or_default().as_bytes();
    let mut found = None;
    for (_, text) in form_urlencoded::parse(query).filter(|(name, _)| name == PROJECT_ID) {
        let number: i64 = text.parse().map_err(|_| unfit())?;
        let project = ProjectId::try_from(number).map_err(|_| unfit())?;
        if found.replace(project).is_some_and(|earlier| earlier != project) {
            return Err(unfit());
        }
    }
    Ok(found)
}

/// The extension that the query names, if it names one.
fn extension_in_query(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let mut named = form_urlencoded::parse(query).filter(|(name, _)| name == EXTENSION_ID);
    named.next().map(|(_, extension)| extension.into_owned())
}

/// The project that a body names, if it names one.
fn named(id: Option<&AnyId>) -> Result<Option<ProjectId>, ApiError> {
    let number = |id: &AnyId| ProjectId::try_from(id.to_string().parse::<i64>().ok()?).ok();
    let unfit = || ApiError::BodyShape {
        field: PROJECT_ID.to_owned(),
        reason: "it is no project's number".to_owned(),
    };
    id.map(|id| number(id).ok_or_else(unfit)).transpose()
}

/// The project that the call is about, by its query.
struct Project;

impl FromRequestParts<Shared> for Project {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &Shared) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, core).await?;
        caller.project(core, project_id(&parts.uri)?).await?;
        Ok(Self)
    }
}

/// Who calls, as [`enter`] has found out.
impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or(ApiError::Unauthorized(Unauthorized::Nothing))
    }
}

/// The installation that the call is about, by its path and query.
impl FromRequestParts<Shared> for Subject {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &Shared) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, core).await?;
        let extension = extension_id(parts).await?.or_else(|| extension_in_query(&parts.uri));
        let project = project_id(&parts.uri)?;
        Ok(caller.subject(core, extension.as_deref(), project).await?)
    }
}
