//! Reading deliveries back: one query behind the API, the command line and the live log.

use jiff::Timestamp;
use kiket_contract::api::deliveries::{Attempt, Callback, Delivery, Status};
use kiket_contract::id::{DeliveryId, EventId};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, read, time, time_or_none};

impl Store {
    /// One delivery with all that happened to it.
    pub(crate) async fn delivery(
        &self,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let row = sqlx::query(
            "SELECT d.id, d.event_id, v.name, d.event_version, d.installation_id, \
             e.extension_id, p.organization_id, i.project_id, d.state, d.reason, d.redelivery_of, \
             d.due_at, d.lease, d.created_at, d.updated_at FROM deliveries d JOIN events v ON v.id = d.event_id \
             JOIN installations i ON i.id = d.installation_id \
             JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let attempts = self.attempts(id).await?;
        let callbacks = self.callbacks(id).await?;
        assemble(&row, attempts, callbacks, now).map(Some)
    }

    async fn attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
        sqlx::query(
            "SELECT number, started_at, duration_ms, status_code, error, response \
             FROM attempts WHERE delivery_id = $1 ORDER BY number",
        )
        .bind(id.as_bytes())
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| {
            Ok(Attempt {
                number: row.try_get("number")?,
                started_at: time(row, "started_at")?,
                duration_ms: row.try_get("duration_ms")?,
                status_code: row
                    .try_get::<Option<i64>, _>("status_code")?
                    .and_then(|status| u16::try_from(status).ok()),
                error: row.try_get("error")?,
                response: row.try_get("response")?,
            })
        })
        .collect()
    }

    async fn callbacks(&self, id: DeliveryId) -> Result<Vec<Callback>, StoreError> {
        sqlx::query(
            "SELECT method, path, status_code, at FROM callbacks WHERE delivery_id = $1 ORDER BY id",
        )
        .bind(id.as_bytes())
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| {
            Ok(Callback {
                method: row.try_get("method")?,
                path: row.try_get("path")?,
                status_code: read(row, "status_code", |status: i64| u16::try_from(status))?,
                at: time(row, "at")?,
            })
        })
        .collect()
    }
}

fn assemble(
    row: &AnyRow,
    attempts: Vec<Attempt>,
    callbacks: Vec<Callback>,
    now: Timestamp,
) -> Result<Delivery, StoreError> {
    let due_at = time_or_none(row, "due_at")?;
    let leased = row.try_get::<Option<Vec<u8>>, _>("lease")?.is_some();
    let leased = leased && due_at.is_some_and(|until| until > now);
    let status = match row.try_get::<String, _>("state")?.as_str() {
        "queued" if leased => Status::Delivering,
        "queued" if attempts.is_empty() => Status::Queued,
        "queued" => Status::Retrying,
        "delivered" => Status::Delivered,
        "failed" => Status::Failed,
        "cancelled" => Status::Cancelled,
        _ => return Err(StoreError::Damaged("state")),
    };
    let reason: Option<String> = row.try_get("reason")?;
    let diagnostics = reason
        .or_else(|| attempts.last().and_then(|last| last.error.clone().or(last.response.clone())));
    let redelivery_of: Option<Vec<u8>> = row.try_get("redelivery_of")?;
    Ok(Delivery {
        id: read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?,
        event_id: read(row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?,
        event: row.try_get("name")?,
        event_version: row.try_get("event_version")?,
        installation_id: read(row, "installation_id", |id: i64| id.try_into())?,
        extension_id: row.try_get("extension_id")?,
        organization_id: read(row, "organization_id", |id: i64| id.try_into())?,
        project_id: read(row, "project_id", |id: i64| id.try_into())?,
        status,
        diagnostics,
        redelivery_of: redelivery_of
            .map(|id| DeliveryId::from_slice(&id))
            .transpose()
            .map_err(|_| StoreError::Damaged("redelivery_of"))?,
        attempts,
        callbacks,
        next_attempt_at: if leased { None } else { due_at },
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
