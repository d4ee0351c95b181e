//! Reading deliveries back: one shape behind the API, the command line and the live log.

use std::collections::HashMap;

use jiff::Timestamp;
use kiket_contract::api::deliveries::{Attempt, Callback, Delivery, Status};
use kiket_contract::id::{DeliveryId, EventId, InstallationId, ProjectId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError, read, rows, time, time_or_none};

/// What [`assemble`] reads of a delivery `d`, joined by [`JOINED`] with its installation `i`.
pub(super) const COLUMNS: &str = "d.id, d.event_id, v.name, d.event_version, d.installation_id, \
    e.extension_id, p.organization_id, i.project_id, d.state, d.reason, d.redelivery_of, \
    d.due_at, d.lease, d.created_at, d.updated_at, CASE WHEN i.state IN ('paused', 'disabled') \
    AND (i.farewell IS NULL OR i.farewell <> d.event_id) THEN i.state END AS held";
pub(super) const JOINED: &str = "JOIN events v ON v.id = d.event_id \
    JOIN extensions e ON e.number = i.extension_number JOIN projects p ON p.id = i.project_id";

/// What a delivery is about, which never changes.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) event_id: EventId,
    pub(crate) event: String,
    pub(crate) event_version: String,
    pub(crate) installation_id: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) project_id: ProjectId,
}

impl Store {
    /// One delivery with all that happened to it.
    pub(crate) async fn delivery(
        &self,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        // One transaction sees one state of the database.
        let mut transaction = self.reader.begin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM deliveries d JOIN installations i ON i.id = d.installation_id \
             {JOINED} WHERE d.id = $1",
        )))
        .bind(id.as_bytes())
        .fetch_all(&mut *transaction)
        .await?;
        Ok(assemble(&mut transaction, &row, Bodies::Shown, now).await?.pop())
    }

    /// What a delivery is about.
    pub(crate) async fn about(&self, id: DeliveryId) -> Result<Option<About>, StoreError> {
        let row = sqlx::query(
            "SELECT d.event_id, v.name, d.event_version, d.installation_id, e.extension_id, \
             i.project_id FROM deliveries d JOIN events v ON v.id = d.event_id \
             JOIN installations i ON i.id = d.installation_id \
             JOIN extensions e ON e.number = i.extension_number WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            Ok(About {
                event_id: read(&row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?,
                event: row.try_get("name")?,
                event_version: row.try_get("event_version")?,
                installation_id: read(&row, "installation_id", |id: i64| id.try_into())?,
                extension_id: row.try_get("extension_id")?,
                project_id: read(&row, "project_id", |id: i64| id.try_into())?,
            })
        })
        .transpose()
    }
}

/// Whether attempts are read with what was answered, which may be large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    Shown,
    LeftOut,
}

/// Deliveries of these rows, each with its attempts and callbacks.
pub(super) async fn assemble(
    connection: &mut AnyConnection,
    rows: &[AnyRow],
    bodies: Bodies,
    now: Timestamp,
) -> Result<Vec<Delivery>, StoreError> {
    let ids = rows.iter().map(delivery_id).collect::<Result<Vec<_>, _>>()?;
    let mut attempts = attempts(connection, &ids, bodies).await?;
    let mut callbacks = callbacks(connection, &ids).await?;
    rows.iter()
        .zip(&ids)
        .map(|(row, id)| {
            let attempts = attempts.remove(id).unwrap_or_default();
            delivery(row, attempts, callbacks.remove(id).unwrap_or_default(), now)
        })
        .collect()
}

fn delivery_id(row: &AnyRow) -> Result<DeliveryId, StoreError> {
    read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))
}

/// The rows of a table that belong to deliveries, by delivery.
async fn belonging<T>(
    connection: &mut AnyConnection,
    ids: &[DeliveryId],
    select: &'static str,
    read: impl Fn(&AnyRow) -> Result<T, StoreError>,
) -> Result<HashMap<DeliveryId, Vec<T>>, StoreError> {
    let mut found: HashMap<DeliveryId, Vec<T>> = HashMap::with_capacity(ids.len());
    for group in rows::groups(ids.len()) {
        let ids = &ids[group];
        let mut statement =
            rows::statement("WITH ids(id) AS (", "(CAST(? AS BLOB))", ids.len(), select);
        for id in ids {
            statement = statement.bind(id.as_bytes().to_vec());
        }
        for row in statement.fetch_all(&mut *connection).await? {
            found.entry(delivery_id(&row)?).or_default().push(read(&row)?);
        }
    }
    Ok(found)
}

async fn attempts(
    connection: &mut AnyConnection,
    ids: &[DeliveryId],
    bodies: Bodies,
) -> Result<HashMap<DeliveryId, Vec<Attempt>>, StoreError> {
    let select = match bodies {
        Bodies::Shown => {
            ") SELECT ids.id, a.number, a.started_at, a.duration_ms, a.status_code, a.error, \
             a.response FROM ids JOIN attempts a ON a.delivery_id = ids.id \
             ORDER BY ids.id, a.number"
        }
        Bodies::LeftOut => {
            ") SELECT ids.id, a.number, a.started_at, a.duration_ms, a.status_code, a.error, \
             CAST(NULL AS TEXT) AS response FROM ids JOIN attempts a ON a.delivery_id = ids.id \
             ORDER BY ids.id, a.number"
        }
    };
    belonging(connection, ids, select, |row| {
        Ok(Attempt {
            number: row.try_get("number")?,
            started_at: time(row, "started_at")?,
            duration_ms: row.try_get("duration_ms")?,
            status_code: status_code(row)?,
            error: row.try_get("error")?,
            response: row.try_get("response")?,
        })
    })
    .await
}

async fn callbacks(
    connection: &mut AnyConnection,
    ids: &[DeliveryId],
) -> Result<HashMap<DeliveryId, Vec<Callback>>, StoreError> {
    let select = ") SELECT ids.id, c.method, c.path, c.status_code, c.at FROM ids \
                  JOIN callbacks c ON c.delivery_id = ids.id ORDER BY c.id";
    belonging(connection, ids, select, |row| {
        Ok(Callback {
            method: row.try_get("method")?,
            path: row.try_get("path")?,
            status_code: read(row, "status_code", |status: i64| u16::try_from(status))?,
            at: time(row, "at")?,
        })
    })
    .await
}

/// The status of an answer, if there was one.
pub(super) fn status_code(row: &AnyRow) -> Result<Option<u16>, StoreError> {
    let status: Option<i64> = row.try_get("status_code")?;
    Ok(status.and_then(|status| u16::try_from(status).ok()))
}

/// What an attempt met, in one line.
fn met(attempt: &Attempt) -> Option<String> {
    let answered = || attempt.status_code.map(|status| format!("answered {status}"));
    attempt.error.clone().or_else(answered)
}

fn delivery(
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
    let held: Option<String> = row.try_get("held")?;
    let held = held.filter(|_| matches!(status, Status::Queued | Status::Retrying));
    let reason: Option<String> = row.try_get("reason")?;
    let met = reason.or_else(|| attempts.last().and_then(met));
    let diagnostics = match &held {
        None => met,
        Some(state) => Some(match met {
            None => format!("waits because the installation is {state}"),
            Some(met) => format!("waits because the installation is {state}; before that: {met}"),
        }),
    };
    let redelivery_of: Option<Vec<u8>> = row.try_get("redelivery_of")?;
    Ok(Delivery {
        id: delivery_id(row)?,
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
        next_attempt_at: if leased || held.is_some() { None } else { due_at },
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
