//! `/api/v1/installations`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use kiket_contract::api::Page;
use kiket_contract::api::installations::{
    ApiKey, Installation, InstallationUpdate, Installed, ListInstallations, NewApiKey,
    NewDeliverySecret, NewInstallation, NewRotation, NewUpgrade, PATH, Upgrade,
};
use kiket_contract::id::InstallationId;

use super::super::body::{JsonBody, RawBody, parse};
use super::super::error::ApiError;
use super::super::page::{page, position};
use super::super::query::Parameters;
use crate::core::Shared;
use crate::error::Error;
use crate::installations::life::Wish;
use crate::installations::{self, keys, life, update, upgrade};

pub(super) fn router() -> Router<Shared> {
    let one = |below: &str| format!("{PATH}/{{id}}{below}");
    Router::new()
        .route(PATH, get(list).post(install))
        .route(&one(""), get(show).patch(change).delete(remove))
        .route(&one("/upgrade"), post(move_up))
        .route(&one("/rollback"), post(move_back))
        .route(&one("/pause"), post(|core, id| wish(core, id, Wish::Pause)))
        .route(&one("/resume"), post(|core, id| wish(core, id, Wish::Resume)))
        .route(&one("/disable"), post(|core, id| wish(core, id, Wish::Disable)))
        .route(&one("/enable"), post(|core, id| wish(core, id, Wish::Enable)))
        .route(&one("/delivery_secret/rotate"), post(rotate_delivery_secret))
        .route(&one("/delivery_secret/rotate/commit"), post(commit_delivery_secret))
        .route(&one("/api_key/rotate"), post(rotate_api_key))
}

type PathId = Path<String>;
type Answer<T> = Result<Json<T>, ApiError>;

/// The number in the path; what is no number is no installation's.
fn number(Path(text): PathId) -> Result<InstallationId, Error> {
    let number = text.parse().ok().and_then(|number: i64| number.try_into().ok());
    let installation = text.chars().take(64).collect();
    number.ok_or(Error::NoInstallation { installation })
}

async fn install(
    State(core): State<Shared>,
    JsonBody(new): JsonBody<NewInstallation>,
) -> Result<(StatusCode, Json<Installed>), ApiError> {
    Ok((StatusCode::CREATED, Json(installations::install(&core, new).await?)))
}

async fn list(
    State(core): State<Shared>,
    Parameters(wanted): Parameters<ListInstallations>,
) -> Answer<Page<Installation>> {
    let after = position(wanted.cursor.as_deref())?;
    let found = installations::list(&core, &wanted, after).await?;
    Ok(Json(page(found, wanted.limit, |shown| shown.last().map(|last| last.id))))
}

async fn show(State(core): State<Shared>, id: PathId) -> Answer<Installation> {
    Ok(Json(installations::show(&core, number(id)?).await?))
}

async fn change(
    State(core): State<Shared>,
    id: PathId,
    JsonBody(wanted): JsonBody<InstallationUpdate>,
) -> Answer<Installation> {
    Ok(Json(update::update(&core, number(id)?, wanted).await?))
}

async fn remove(State(core): State<Shared>, id: PathId) -> Answer<Installation> {
    Ok(Json(life::remove(&core, number(id)?).await?))
}

async fn move_up(
    State(core): State<Shared>,
    id: PathId,
    JsonBody(wanted): JsonBody<NewUpgrade>,
) -> Answer<Upgrade> {
    Ok(Json(upgrade::upgrade(&core, number(id)?, wanted).await?))
}

async fn move_back(State(core): State<Shared>, id: PathId) -> Answer<Upgrade> {
    Ok(Json(upgrade::rollback(&core, number(id)?).await?))
}

async fn wish(State(core): State<Shared>, id: PathId, wish: Wish) -> Answer<Installation> {
    Ok(Json(life::change(&core, number(id)?, wish).await?))
}

/// The body may be left out.
async fn rotate_delivery_secret(
    State(core): State<Shared>,
    id: PathId,
    RawBody(body): RawBody,
) -> Answer<NewDeliverySecret> {
    let new = if body.is_empty() { NewRotation::default() } else { parse(&body)? };
    Ok(Json(keys::rotate_delivery_secret(&core, number(id)?, new).await?))
}

async fn commit_delivery_secret(State(core): State<Shared>, id: PathId) -> Answer<Installation> {
    Ok(Json(keys::commit_delivery_secret(&core, number(id)?).await?))
}

/// The body may be left out.
async fn rotate_api_key(
    State(core): State<Shared>,
    id: PathId,
    RawBody(body): RawBody,
) -> Answer<ApiKey> {
    let new = if body.is_empty() { NewApiKey::default() } else { parse(&body)? };
    Ok(Json(keys::rotate_api_key(&core, number(id)?, new).await?))
}
