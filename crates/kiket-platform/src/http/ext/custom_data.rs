//! `/api/v1/ext/custom_data/{module}/{table}`.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kiket_contract::api::custom_data::{
    DeleteRecord, ListRecordsQuery, OneRecord, Record, WriteRecord,
};
use kiket_contract::api::{Done, Page};

use super::super::body::{RawBody, parse};
use super::super::error::ApiError;
use super::super::idempotent::{key, once};
use super::super::page::{cursor, position};
use super::super::query::Parameters;
use crate::caller::{Caller, Refused, Who};
use crate::core::{Core, Shared};
use crate::custom_data::{self, Named, Position, Query};
use crate::store::idempotency::Idempotency;

/// The table that the call is about. For a workspace token it is that of the installation in the
/// project that has the module.
impl FromRequestParts<Shared> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &Shared) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, core).await?;
        let parameters = axum::extract::RawPathParams::from_request_parts(parts, core);
        let parameters = parameters.await.map_err(|_| ApiError::Path)?;
        let named = |wanted: &str| {
            let found = parameters.iter().find(|(name, _)| *name == wanted);
            found.map_or_else(String::new, |(_, value)| value.to_owned())
        };
        // Every SDK sends it, and nothing is to depend on who calls.
        let project = super::project_id(&parts.uri)?.ok_or(Refused::WhichProject)?;
        caller.reaches(core, project).await?;
        let (module, table) = (named("module"), named("table"));
        let installation = match &caller.who {
            Who::Installation(own) => own.installation,
            Who::Workspace(_) => custom_data::holder(core, project, &module).await?,
        };
        Ok(Self { installation, module, table })
    }
}

/// The number of a record, as text, in the path of one.
type RecordPath = Path<(String, String, String)>;

pub(super) async fn list(
    State(core): State<Shared>,
    named: Named,
    Parameters(query): Parameters<ListRecordsQuery>,
) -> Result<Json<Page<Record>>, ApiError> {
    let ListRecordsQuery { filters, order, limit, cursor: after, .. } = query;
    // A position means something in the order that it was made for only.
    let after: Option<(Option<String>, Position)> = position(after.as_deref())?;
    let after = match after {
        Some((of, position)) if of == order => Some(position),
        Some(_) => return Err(ApiError::Parameters("cursor: it is of another `order`".to_owned())),
        None => None,
    };
    let query = Query { filters, order: order.clone(), limit, after };
    let found = custom_data::list(&core, &named, query).await?;
    let next_cursor = found.next.map(|position| cursor(&(order, position)));
    Ok(Json(Page { data: found.records, next_cursor }))
}

pub(super) async fn get(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
) -> Result<Json<OneRecord>, ApiError> {
    Ok(Json(OneRecord { data: custom_data::get(&core, &named, &id).await? }))
}

pub(super) async fn create(
    State(core): State<Shared>,
    named: Named,
    (method, uri, headers): (Method, Uri, HeaderMap),
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let key = key_of(&core, &named, (&method, &uri, &headers), &body)?;
    let work = async {
        let WriteRecord { record } = parse::<WriteRecord>(&body)?;
        let keyed = key.as_ref().map(|key| (key, StatusCode::CREATED.as_u16()));
        let made = custom_data::create(&core, &named, record, keyed).await?;
        let answer = |data| (StatusCode::CREATED, Json(OneRecord { data })).into_response();
        Ok(made.map(answer))
    };
    once(&core, key.as_ref(), work).await
}

pub(super) async fn update(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
    RawBody(body): RawBody,
) -> Result<Json<OneRecord>, ApiError> {
    let WriteRecord { record } = parse::<WriteRecord>(&body)?;
    Ok(Json(OneRecord { data: custom_data::update(&core, &named, (&id, record)).await? }))
}

pub(super) async fn delete(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
    Parameters(DeleteRecord { hard, .. }): Parameters<DeleteRecord>,
    (method, uri, headers): (Method, Uri, HeaderMap),
) -> Result<Response, ApiError> {
    let key = key_of(&core, &named, (&method, &uri, &headers), &[])?;
    let work = async {
        let keyed = key.as_ref().map(|key| (key, StatusCode::OK.as_u16()));
        let done = custom_data::delete(&core, &named, (&id, hard), keyed).await?;
        Ok(done.then(|| Json(Done::OK).into_response()))
    };
    once(&core, key.as_ref(), work).await
}

/// The request's key, which is the installation's own.
fn key_of(
    core: &Core,
    named: &Named,
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    let scope = format!("installation:{}", named.installation);
    let target = uri.to_string();
    key(core, scope, headers, &[method.as_str().as_bytes(), target.as_bytes(), body])
}
