//! Projects: whose each one is.

use std::collections::HashMap;

use jiff::Timestamp;
use kiket_contract::id::{OrganizationId, ProjectId};
use sqlx::AnyConnection;

use super::events::{NewEvent, Refusal};
use super::{StoreError, read};

/// Makes a project known as the organisation's, unless it is known already, and returns whose it is.
pub(super) async fn name(
    connection: &mut AnyConnection,
    project: ProjectId,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<OrganizationId, StoreError> {
    sqlx::query(
        "INSERT INTO projects (id, organization_id, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(i64::from(project))
    .bind(i64::from(organization))
    .bind(now.as_millisecond())
    .execute(&mut *connection)
    .await?;
    owner(connection, project).await?.ok_or(StoreError::Damaged("projects"))
}

/// Whose a project is, if it is known.
async fn owner(
    connection: &mut AnyConnection,
    project: ProjectId,
) -> Result<Option<OrganizationId>, StoreError> {
    sqlx::query("SELECT organization_id FROM projects WHERE id = $1")
        .bind(i64::from(project))
        .fetch_optional(connection)
        .await?
        .map(|row| read(&row, "organization_id", |id: i64| id.try_into()))
        .transpose()
}

/// For each event whether its project refuses it, each project asked once.
pub(super) async fn refusals(
    connection: &mut AnyConnection,
    events: &[&NewEvent],
) -> Result<Vec<Option<Refusal>>, StoreError> {
    let mut owners: HashMap<ProjectId, OrganizationId> = HashMap::new();
    let mut refusals = Vec::with_capacity(events.len());
    for event in events {
        let known = match owners.get(&event.project_id) {
            Some(known) => Some(*known),
            None => match event.organization_id {
                Some(said) => Some(name(connection, event.project_id, said, event.now).await?),
                None => owner(connection, event.project_id).await?,
            },
        };
        owners.extend(known.map(|owner| (event.project_id, owner)));
        refusals.push(match (known, event.organization_id) {
            (None, _) => Some(Refusal::ProjectUnknown),
            (Some(owner), Some(said)) if owner != said => Some(Refusal::ProjectOf(owner)),
            (Some(_), _) => None,
        });
    }
    Ok(refusals)
}
