//! `/api/v1/custom_data/{module}/{table}`: records, for operators.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use kiket_contract::api::Page;
use kiket_contract::api::custom_data::operators::{
    DeleteRecord, ListRecords, PATH, Place, RECORD_PATH,
};
use kiket_contract::api::custom_data::{OneRecord, Record};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::super::body::RawBody;
use super::super::error::ApiError;
use super::super::query::{Parameters, read};
use super::super::records::{self, Head, Listing, key_of};
use super::OPERATOR;
use crate::core::{Core, Shared};
use crate::custom_data::{self, Named};
use crate::projects;

const FILTERS: &str = "filters";

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(PATH, get(list).post(create))
        .route(RECORD_PATH, get(show).patch(update).delete(remove))
}

type TablePath = Path<(String, String)>;
/// With the number of a record, as text.
type RecordPath = Path<(String, String, String)>;

/// The table that is meant, of the installation that has it.
async fn named(
    core: &Core,
    (module, table): (String, String),
    place: Place,
) -> Result<Named, ApiError> {
    let Place { project_id, project_key, extension_id } = place;
    let project = match (project_id, project_key) {
        (Some(id), None) => id,
        (None, Some(key)) => projects::with_key(core, &key).await?,
        (None, None) | (Some(_), Some(_)) => {
            let text = "project_id: give a project's number, or its `project_key` instead";
            return Err(ApiError::Parameters(text.to_owned()));
        }
    };
    let wanted = (module.as_str(), extension_id.as_deref());
    let installation = custom_data::holder(core, project, wanted).await?;
    Ok(Named { installation, module, table })
}

async fn list(
    State(core): State<Shared>,
    Path(path): TablePath,
    uri: Uri,
) -> Result<Json<Page<Record>>, ApiError> {
    let query = with_filters_as_json(uri.query().unwrap_or_default());
    let ListRecords { project_id, project_key, extension_id, filters, limit, cursor, order } =
        read(&query)?;
    let named = named(&core, path, Place { project_id, project_key, extension_id }).await?;
    records::list(&core, &named, Listing { filters, order, limit, cursor }).await
}

/// The query with one JSON text as its filters: some programs write `filters[column]=text`.
fn with_filters_as_json(query: &str) -> String {
    let mut filters = Map::new();
    let mut others = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let column = name.strip_prefix(FILTERS).and_then(|rest| rest.strip_prefix('['));
        match column.and_then(|rest| rest.strip_suffix(']')) {
            Some(column) => {
                filters.insert(column.to_owned(), Value::from(value));
            }
            None => {
                others.append_pair(&name, &value);
            }
        }
    }
    if !filters.is_empty() {
        others.append_pair(FILTERS, &Value::from(filters).to_string());
    }
    others.finish()
}

async fn show(
    State(core): State<Shared>,
    Path((module, table, id)): RecordPath,
    Parameters(place): Parameters<Place>,
) -> Result<Json<OneRecord>, ApiError> {
    records::get(&core, &named(&core, (module, table), place).await?, &id).await
}

async fn create(
    State(core): State<Shared>,
    Path(path): TablePath,
    Parameters(place): Parameters<Place>,
    head: Head,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let key = key_of(&core, OPERATOR.to_owned(), &head, &body)?;
    records::create(&core, &named(&core, path, place).await?, key, body).await
}

async fn update(
    State(core): State<Shared>,
    Path((module, table, id)): RecordPath,
    Parameters(place): Parameters<Place>,
    RawBody(body): RawBody,
) -> Result<Json<OneRecord>, ApiError> {
    records::update(&core, &named(&core, (module, table), place).await?, &id, body).await
}

async fn remove(
    State(core): State<Shared>,
    Path((module, table, id)): RecordPath,
    Parameters(wanted): Parameters<DeleteRecord>,
    head: Head,
) -> Result<Response, ApiError> {
    let DeleteRecord { project_id, project_key, extension_id, hard } = wanted;
    let key = key_of(&core, OPERATOR.to_owned(), &head, &[])?;
    let place = Place { project_id, project_key, extension_id };
    let named = named(&core, (module, table), place).await?;
    records::delete(&core, &named, (&id, hard), key).await
}
