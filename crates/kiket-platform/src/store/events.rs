//! Accepting an event: the event and its deliveries are written together or not at all.

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError, projects, read};

/// An event to be written.
pub(crate) struct NewEvent {
    pub(crate) id: EventId,
    pub(crate) project_id: ProjectId,
    /// Whose project the sender says it is; needed for a project that is not known yet.
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) name: String,
    pub(crate) payload: String,
    pub(crate) context: Option<String>,
    pub(crate) now: Timestamp,
}

/// A hook on the event, of an installation in the event's project.
pub(crate) struct MatchingHook {
    pub(crate) installation_id: InstallationId,
    pub(crate) version: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) timeout_ms: i64,
    pub(crate) retries: i64,
}

/// A delivery to be written with its event.
pub(crate) struct NewDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) installation_id: InstallationId,
    pub(crate) event_version: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) timeout_ms: i64,
    pub(crate) retries: i64,
}

/// What came of writing an event.
pub(crate) enum Accepted {
    /// It is stored with these deliveries.
    With(Vec<NewDelivery>),
    /// Nobody said whose the project is; nothing was stored.
    ProjectUnknown,
    /// The project belongs to another organisation; nothing was stored.
    ProjectOf(OrganizationId),
}

impl Store {
    /// Writes an event and the deliveries that `plan` makes of the hooks on it.
    pub(crate) async fn accept(
        &self,
        event: &NewEvent,
        plan: impl FnOnce(&[MatchingHook]) -> Vec<NewDelivery>,
    ) -> Result<Accepted, StoreError> {
        let mut transaction = self.writer.begin().await?;
        if let Some(organization) = event.organization_id {
            projects::name(&mut transaction, event.project_id, organization, event.now).await?;
        }
        match projects::owner(&mut transaction, event.project_id).await? {
            None => return Ok(Accepted::ProjectUnknown),
            Some(owner) if event.organization_id.is_some_and(|said| said != owner) => {
                return Ok(Accepted::ProjectOf(owner));
            }
            Some(_) => {}
        }
        let deliveries = plan(&hooks(&mut transaction, event).await?);
        write_event(&mut transaction, event).await?;
        for delivery in &deliveries {
            write_delivery(&mut transaction, event, delivery).await?;
        }
        transaction.commit().await?;
        Ok(Accepted::With(deliveries))
    }
}

async fn hooks(
    connection: &mut AnyConnection,
    event: &NewEvent,
) -> Result<Vec<MatchingHook>, StoreError> {
    sqlx::query(
        "SELECT h.installation_id, h.version, h.endpoint, h.timeout_ms, h.retries FROM hooks h \
         JOIN installations i ON i.id = h.installation_id \
         WHERE h.event = $1 AND i.project_id = $2 ORDER BY h.installation_id, h.version",
    )
    .bind(&event.name)
    .bind(i64::from(event.project_id))
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| {
        Ok(MatchingHook {
            installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
            version: row.try_get("version")?,
            endpoint: row.try_get("endpoint")?,
            timeout_ms: row.try_get("timeout_ms")?,
            retries: row.try_get("retries")?,
        })
    })
    .collect()
}

async fn write_event(connection: &mut AnyConnection, event: &NewEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO events (id, project_id, name, payload, context, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(event.id.as_bytes())
    .bind(i64::from(event.project_id))
    .bind(&event.name)
    .bind(&event.payload)
    .bind(event.context.as_deref())
    .bind(event.now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_delivery(
    connection: &mut AnyConnection,
    event: &NewEvent,
    delivery: &NewDelivery,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO deliveries (id, event_id, installation_id, event_version, endpoint, \
         timeout_ms, retries, state, due_at, claims, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, 0, $8, $8)",
    )
    .bind(delivery.id.as_bytes())
    .bind(event.id.as_bytes())
    .bind(i64::from(delivery.installation_id))
    .bind(&delivery.event_version)
    .bind(delivery.endpoint.as_deref())
    .bind(delivery.timeout_ms)
    .bind(delivery.retries)
    .bind(event.now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}
