//! What calls about records have in common, whoever makes them.

use axum::Json;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kiket_contract::api::custom_data::{OneRecord, Record, WriteRecord};
use kiket_contract::api::{Done, Page};

use super::body::parse;
use super::error::ApiError;
use super::idempotent::{key, once};
use super::page::{cursor, position};
use crate::core::Core;
use crate::custom_data::given::Given;
use crate::custom_data::{self, Named, Position, Query};
use crate::store::idempotency::Idempotency;

/// What a list asks for, as it stands in the query.
pub(super) struct Listing {
    pub(super) filters: Option<String>,
    pub(super) order: Option<String>,
    pub(super) limit: Option<u32>,
    pub(super) cursor: Option<String>,
}

/// What makes a request the same as another one, beside its body.
pub(super) type Head = (Method, Uri, HeaderMap);

pub(super) async fn list(
    core: &Core,
    named: &Named,
    Listing { filters, order, limit, cursor: after }: Listing,
) -> Result<Json<Page<Record>>, ApiError> {
    // A position means something in the order that it was made for only.
    let after: Option<(Option<String>, Position)> = position(after.as_deref())?;
    let after = match after {
        Some((of, position)) if of == order => Some(position),
        Some(_) => return Err(ApiError::Parameters("cursor: it is of another `order`".to_owned())),
        None => None,
    };
    let query = Query { filters, order: order.clone(), limit, after };
    let found = custom_data::list(core, named, query).await?;
    let next_cursor = found.next.map(|position| cursor(&(order, position)));
    Ok(Json(Page { data: found.records, next_cursor }))
}

pub(super) async fn get(core: &Core, named: &Named, id: &str) -> Result<Json<OneRecord>, ApiError> {
    Ok(Json(OneRecord { data: custom_data::get(core, named, id).await? }))
}

pub(super) async fn create(
    core: &Core,
    named: &Named,
    key: Option<Idempotency>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let work = async {
        let WriteRecord { record } = parse::<WriteRecord>(&body)?;
        let keyed = key.as_ref().map(|key| (key, StatusCode::CREATED.as_u16()));
        let made = custom_data::create(core, named, Given::read(record, &body), keyed).await?;
        let answer = |data| (StatusCode::CREATED, Json(OneRecord { data })).into_response();
        Ok(made.map(answer))
    };
    once(core, key.as_ref(), work).await
}

pub(super) async fn update(
    core: &Core,
    named: &Named,
    id: &str,
    body: Bytes,
) -> Result<Json<OneRecord>, ApiError> {
    let WriteRecord { record } = parse::<WriteRecord>(&body)?;
    let given = Given::read(record, &body);
    Ok(Json(OneRecord { data: custom_data::update(core, named, (id, given)).await? }))
}

pub(super) async fn delete(
    core: &Core,
    named: &Named,
    (id, hard): (&str, bool),
    key: Option<Idempotency>,
) -> Result<Response, ApiError> {
    let work = async {
        let keyed = key.as_ref().map(|key| (key, StatusCode::OK.as_u16()));
        let done = custom_data::delete(core, named, (id, hard), keyed).await?;
        Ok(done.then(|| Json(Done::OK).into_response()))
    };
    once(core, key.as_ref(), work).await
}

/// The request's key, which is this scope's own.
pub(super) fn key_of(
    core: &Core,
    scope: String,
    (method, uri, headers): &Head,
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    let target = uri.to_string();
    key(core, scope, headers, &[method.as_str().as_bytes(), target.as_bytes(), body])
}
