//! `/api/v1/extensions/{extension_id}/secrets`.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use kiket_contract::api::Done;
use kiket_contract::api::secrets::{SecretList, SetSecret, StoredSecret};

use super::super::Unprefixed;
use super::super::body::JsonBody;
use super::super::error::ApiError;
use crate::caller::{Caller, Subject};
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::secrets::{self, SecretError};
use crate::store::secrets::Owner;

type Named = Path<(String, String)>;

pub(super) async fn list(
    State(core): State<Shared>,
    subject: Subject,
    unprefixed: Option<Extension<Unprefixed>>,
    headers: HeaderMap,
) -> Result<Json<SecretList>, ApiError> {
    let entries = secrets::entries(&core, subject.installation).await?;
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    Ok(Json(SecretList::for_agent(entries, agent, unprefixed.is_none())))
}

pub(super) async fn show(
    State(core): State<Shared>,
    caller: Caller,
    subject: Subject,
    Path((_, key)): Named,
) -> Result<Json<StoredSecret>, ApiError> {
    Ok(Json(secrets::read(&core, &caller, &subject, &key).await?))
}

pub(super) async fn set_named(
    State(core): State<Shared>,
    subject: Subject,
    JsonBody(new): JsonBody<SetSecret>,
) -> Result<Json<Done>, ApiError> {
    let key = new.key.as_deref().ok_or(Error::from(SecretError::NoKey))?;
    write(&core, &subject, key, &new, false).await
}

pub(super) async fn set(
    State(core): State<Shared>,
    subject: Subject,
    Path((_, key)): Named,
    JsonBody(new): JsonBody<SetSecret>,
) -> Result<Json<Done>, ApiError> {
    write(&core, &subject, &key, &new, false).await
}

pub(super) async fn rotate(
    State(core): State<Shared>,
    subject: Subject,
    Path((_, key)): Named,
    JsonBody(new): JsonBody<SetSecret>,
) -> Result<Json<Done>, ApiError> {
    write(&core, &subject, &key, &new, true).await
}

async fn write(
    core: &Core,
    subject: &Subject,
    key: &str,
    new: &SetSecret,
    replace: bool,
) -> Result<Json<Done>, ApiError> {
    let owner = Owner::Installation(subject.installation);
    secrets::set(core, owner, key, &new.value, replace).await?;
    Ok(Json(Done::OK))
}

/// What is not there is removed already: the SDKs rotate by a removal and a write.
pub(super) async fn remove(
    State(core): State<Shared>,
    subject: Subject,
    Path((_, key)): Named,
) -> Result<Json<Done>, ApiError> {
    secrets::remove(&core, Owner::Installation(subject.installation), &key).await?;
    Ok(Json(Done::OK))
}
