//! What extensions call back into.
//!
//! [`enter`] stands before every route here, so that a new route is guarded without a word of its
//! own: it checks the credential, counts the call, checks the scopes that the contract names for its
//! path, and refuses an `extension_id` in the path or a `project_id` in the query that is not the
//! caller's. A handler takes [`Caller`], or [`Subject`] when it is about an installation; a
//! `project_id` in a body it checks itself, by [`Caller::project`].
//!
//! A call with a good runtime token is recorded with its delivery, whatever came of it.

mod credential;
mod custom_data;
mod extension_events;
mod rate_limit;
mod secrets;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
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

/// The part of a path that names an extension.
const EXTENSION_ID: &str = "extension_id";
/// The part of a query that names a project.
const PROJECT_ID: &str = "project_id";

pub(super) fn router(core: &Shared) -> Router<Shared> {
    Router::new()
        .route(api::extension_events::LOG_PATH, post(extension_events::log))
        .route(api::secrets::PATH, post(secrets::set))
        .route(api::rate_limit::PATH, get(rate_limit::show))
        .route(api::custom_data::PATH, get(custom_data::list).post(custom_data::create))
        .route(
            api::custom_data::RECORD_PATH,
            get(custom_data::get).patch(custom_data::update).delete(custom_data::delete),
        )
        .route_layer(middleware::from_fn_with_state(core.clone(), enter))
}

/// Answers on a task of its own: what has begun is ended, and recorded, when the one who called has
/// gone away.
async fn enter(State(core): State<Shared>, request: Request, next: Next) -> Response {
    let answered = tokio::spawn(answer(core, request, next).in_current_span()).await;
    answered.unwrap_or_else(|_| ApiError::Domain(Error::Panicked).into_response())
}

/// Checks who calls, counts the call, and records it with its delivery.
async fn answer(core: Shared, mut request: Request, next: Next) -> Response {
    let caller = match credential::of(request.headers()) {
        Some(credential) => authenticate(&core, credential).await,
        None => Err(Unauthorized::Nothing),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(reason) => return ApiError::Unauthorized(reason).into_response(),
    };
    let standing = core.rate_limits.count(caller.counted(), caller.rate_limit, core.now());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let delivery = caller.delivery();
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
    let callback = Callback { method, path, status_code, at: core.now() };
    if let Err(failure) = core.store.record_callback(delivery, &callback).await {
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
        let (extension, project) = (extension_id(parts).await?, project_id(&parts.uri)?);
        Ok(caller.subject(core, extension.as_deref(), project).await?)
    }
}
