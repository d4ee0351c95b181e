//! Actions: whom one can be called at, and the call.

use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};
use kiket_manifest::Manifest;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::deliveries::NewDelivery;
use super::events::NewEvent;
use super::{Store, StoreError, deliveries, events, read};

/// An installation that an action may be called at.
pub(crate) struct Callee {
    pub(crate) installation: InstallationId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    /// `active`, `paused` or `disabled`.
    pub(crate) state: String,
    pub(crate) manifest: Manifest,
}

impl Store {
    /// The installations of an extension, by number.
    pub(crate) async fn callees(&self, extension_id: &str) -> Result<Vec<Callee>, StoreError> {
        sqlx::query(
            "SELECT i.id, p.organization_id, i.project_id, i.state, i.manifest \
             FROM installations i JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id \
             WHERE e.extension_id = $1 AND i.state <> 'removed' ORDER BY i.id",
        )
        .bind(extension_id)
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(callee)
        .collect()
    }

    /// Writes the call of an action: an event with its one delivery, leased to whoever calls. Writes
    /// nothing and returns `false` when the installation is not active any more.
    pub(crate) async fn call(
        &self,
        event: &NewEvent,
        delivery: &NewDelivery,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let active = sqlx::query("SELECT id FROM installations WHERE id = $1 AND state = 'active'")
            .bind(i64::from(delivery.installation_id))
            .fetch_optional(&mut *transaction)
            .await?;
        if active.is_none() {
            return Ok(false);
        }
        events::write_all(&mut transaction, &[event]).await?;
        deliveries::write_all(&mut transaction, &[(event, delivery)]).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn callee(row: &AnyRow) -> Result<Callee, StoreError> {
    Ok(Callee {
        installation: read(row, "id", |id: i64| id.try_into())?,
        organization_id: read(row, "organization_id", |id: i64| id.try_into())?,
        project_id: read(row, "project_id", |id: i64| id.try_into())?,
        state: row.try_get("state")?,
        manifest: read(row, "manifest", |text: String| kiket_manifest::parse(&text))?,
    })
}
