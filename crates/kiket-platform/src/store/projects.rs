//! Projects: whose each one is, and its key.

use std::collections::HashMap;

use jiff::Timestamp;
use kiket_contract::api::projects::{Project, ProjectKey};
use kiket_contract::id::{OrganizationId, ProjectId};
use sqlx::{AnyConnection, Row};

use super::events::{NewEvent, Refusal};
use super::{Store, StoreError, read};

impl Store {
    /// What is known of a project.
    pub(crate) async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        sqlx::query("SELECT organization_id, key FROM projects WHERE id = $1")
            .bind(i64::from(id))
            .fetch_optional(&self.reader)
            .await?
            .map(|row| {
                let key: Option<String> = row.try_get("key")?;
                let key = key.map(ProjectKey::try_from).transpose();
                Ok(Project {
                    id,
                    organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
                    key: key.map_err(|_| StoreError::Damaged("projects"))?,
                })
            })
            .transpose()
    }

    /// The project that has a key.
    pub(crate) async fn project_with_key(
        &self,
        key: &ProjectKey,
    ) -> Result<Option<ProjectId>, StoreError> {
        sqlx::query("SELECT id FROM projects WHERE key = $1")
            .bind(key.as_str())
            .fetch_optional(&self.reader)
            .await?
            .map(|row| read(&row, "id", |id: i64| id.try_into()))
            .transpose()
    }

    /// Gives a project that is known a key. Whether it has it then: another project may have it.
    pub(crate) async fn set_project_key(
        &self,
        id: ProjectId,
        key: &ProjectKey,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE projects SET key = $1 WHERE id = $2 \
             AND NOT EXISTS (SELECT 1 FROM projects o WHERE o.key = $1 AND o.id <> $2)",
        )
        .bind(key.as_str())
        .bind(i64::from(id))
        .execute(&self.writer)
        .await?;
        Ok(changed.rows_affected() > 0)
    }
}

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
