//! `/api/v1/ext/custom_data/{module}/{table}`.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use kiket_contract::api::Page;
use kiket_contract::api::custom_data::{DeleteRecord, ListRecordsQuery, OneRecord, Record};

use super::super::body::RawBody;
use super::super::error::ApiError;
use super::super::query::Parameters;
use super::super::records::{self, Head, Listing, key_of};
use crate::caller::{Caller, Refused, Who};
use crate::core::Shared;
use crate::custom_data::{self, Named};

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
            Who::Workspace(_) => custom_data::holder(core, project, (&module, None)).await?,
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
    let ListRecordsQuery { filters, order, limit, cursor, .. } = query;
    records::list(&core, &named, Listing { filters, order, limit, cursor }).await
}

pub(super) async fn get(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
) -> Result<Json<OneRecord>, ApiError> {
    records::get(&core, &named, &id).await
}

pub(super) async fn create(
    State(core): State<Shared>,
    named: Named,
    head: Head,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let key = key_of(&core, scope(&named), &head, &body)?;
    records::create(&core, &named, key, body).await
}

pub(super) async fn update(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
    RawBody(body): RawBody,
) -> Result<Json<OneRecord>, ApiError> {
    records::update(&core, &named, &id, body).await
}

pub(super) async fn delete(
    State(core): State<Shared>,
    named: Named,
    Path((_, _, id)): RecordPath,
    Parameters(DeleteRecord { hard, .. }): Parameters<DeleteRecord>,
    head: Head,
) -> Result<Response, ApiError> {
    let key = key_of(&core, scope(&named), &head, &[])?;
    records::delete(&core, &named, (&id, hard), key).await
}

/// Whose a request's key is: the installation's own.
fn scope(named: &Named) -> String {
    format!("installation:{}", named.installation)
}
