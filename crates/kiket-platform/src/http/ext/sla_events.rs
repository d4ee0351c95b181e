//! `GET /api/v1/ext/sla/events`. This platform keeps no issues, so none has a service level.

use axum::Json;
use kiket_contract::api::Page;
use kiket_contract::api::sla_events::{ListSlaEvents, SlaEvent};

use super::super::query::Parameters;
use super::Project;

pub(super) async fn list(
    _: Project,
    Parameters(_): Parameters<ListSlaEvents>,
) -> Json<Page<SlaEvent>> {
    Json(Page { data: Vec::new(), next_cursor: None })
}
