//! `/api/v1/secrets` and `/api/v1/secret_reads`. No answer holds a value.

use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use kiket_contract::api::secrets::SetSecret;
use kiket_contract::api::secrets::kept::{
    KEY_PATH, KeptSecret, ListSecrets, PATH, RESTORE, ROTATE, SecretOwner,
};
use kiket_contract::api::secrets::reads::{self, ListSecretReads, SecretRead};
use kiket_contract::api::{Done, Page};

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::secrets::{self, SecretError};
use crate::store::secrets::Owner;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(PATH, get(list))
        .route(KEY_PATH, put(set).delete(remove))
        .route(ROTATE, post(rotate))
        .route(RESTORE, post(restore))
        .route(reads::PATH, get(list_reads))
}

type Answer<T> = Result<Json<T>, ApiError>;

async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListSecrets>,
) -> Answer<Page<KeptSecret>> {
    let after: Option<String> = position(wanted.cursor.as_deref())?;
    let ListSecrets { installation_id, organization_id, extension_id, limit, .. } = wanted;
    let named = SecretOwner { installation_id, organization_id, extension_id };
    let Some(owner) = secrets::owner(&core, named, false).await? else {
        return Ok(Json(Page { data: Vec::new(), next_cursor: None }));
    };
    let after = after.unwrap_or_default();
    let found = secrets::list(&core, owner, &after, limit.get() + 1).await?;
    Ok(Json(page(found, limit, |shown| shown.last().map(|last| last.key.clone()))))
}

async fn set(
    State(core): State<Shared>,
    Path(key): Path<String>,
    Parameters(named): Parameters<SecretOwner>,
    JsonBody(new): JsonBody<SetSecret>,
) -> Answer<KeptSecret> {
    let owner = owner(&core, named, &key, true).await?;
    secrets::set(&core, owner, &key, &new.value, false).await?;
    Ok(Json(secrets::show(&core, owner, &key).await?))
}

async fn rotate(
    State(core): State<Shared>,
    Path(key): Path<String>,
    Parameters(named): Parameters<SecretOwner>,
    JsonBody(new): JsonBody<SetSecret>,
) -> Answer<KeptSecret> {
    let owner = owner(&core, named, &key, false).await?;
    secrets::set(&core, owner, &key, &new.value, true).await?;
    Ok(Json(secrets::show(&core, owner, &key).await?))
}

async fn restore(
    State(core): State<Shared>,
    Path(key): Path<String>,
    Parameters(named): Parameters<SecretOwner>,
) -> Answer<KeptSecret> {
    let owner = owner(&core, named, &key, false).await?;
    Ok(Json(secrets::restore(&core, owner, &key).await?))
}

async fn remove(
    State(core): State<Shared>,
    Path(key): Path<String>,
    Parameters(named): Parameters<SecretOwner>,
) -> Answer<Done> {
    let owner = owner(&core, named, &key, false).await?;
    match secrets::remove(&core, owner, &key).await? {
        true => Ok(Json(Done::OK)),
        false => Err(missing(&key).into()),
    }
}

async fn list_reads(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListSecretReads>,
) -> Answer<Page<SecretRead>> {
    let before = position(wanted.cursor.as_deref())?;
    let found = core.store.secret_reads(&wanted, before).await.map_err(Error::from)?;
    let found = page(found, wanted.limit, |shown| shown.last().map(|last| last.id));
    let data = found.data.into_iter().map(|found| found.entry).collect();
    Ok(Json(Page { data, next_cursor: found.next_cursor }))
}

/// Whose secret is meant. An extension that is not known has none, unless it is to get one.
async fn owner(core: &Core, named: SecretOwner, key: &str, make: bool) -> Result<Owner, Error> {
    secrets::owner(core, named, make).await?.ok_or_else(|| missing(key))
}

fn missing(key: &str) -> Error {
    SecretError::absent(key).into()
}
