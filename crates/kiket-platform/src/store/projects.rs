//! Projects: whose each one is.

use jiff::Timestamp;
use kiket_contract::id::{OrganizationId, ProjectId};
use sqlx::AnyConnection;

use super::{StoreError, read};

/// Makes a project known as the organisation's, unless it is known already.
pub(super) async fn name(
    connection: &mut AnyConnection,
    project: ProjectId,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO projects (id, organization_id, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(i64::from(project))
    .bind(i64::from(organization))
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose a project is, if it is known.
pub(super) async fn owner(
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
