//! Telemetry: the newest records, and figures of all of them by the hour.

pub(crate) mod figures;
pub(crate) mod list;

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, InstallationId};
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError};

/// The most records that are kept of an installation, and of all that came without a credential
/// together.
pub(crate) const MOST_KEPT: i64 = 10_000;
/// The most versions of events of an installation that an hour has figures of.
const MOST_NAMES: i64 = 200;
/// What stands for the events beyond those.
const OTHERS: &str = "(others)";
/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 60 * 60 * 1000;

/// A record to be kept.
#[derive(Debug, Clone)]
pub(crate) struct NewRecord {
    /// None for what came without a credential.
    pub(crate) installation: Option<InstallationId>,
    pub(crate) extension_id: Option<String>,
    pub(crate) extension_version: Option<String>,
    pub(crate) event: String,
    pub(crate) version: Option<String>,
    pub(crate) failed: bool,
    pub(crate) duration_ms: f64,
    /// Of [`Self::duration_ms`].
    pub(crate) bucket: i64,
    pub(crate) error_message: Option<String>,
    pub(crate) error_class: Option<String>,
    pub(crate) delivery: Option<DeliveryId>,
    /// As JSON.
    pub(crate) metadata: String,
    pub(crate) happened_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Keeps one record.
    pub(crate) async fn report(&self, record: NewRecord) -> Result<(), StoreError> {
        self.batches.report(record).await
    }
}

/// Writes one record in place of the oldest that there is room for, and counts it, if it came with a
/// credential.
pub(super) async fn write(
    connection: &mut AnyConnection,
    record: &NewRecord,
) -> Result<(), StoreError> {
    let installation = record.installation.map(i64::from);
    let row = sqlx::query(
        "INSERT INTO telemetry (installation_id, number, extension_id, extension_version, event, \
         version, failed, duration_ms, error_message, error_class, delivery_id, metadata, \
         happened_at, created_at) SELECT CAST($1 AS BIGINT), (SELECT COALESCE(MAX(number), 0) + 1 \
         FROM telemetry WHERE installation_id IS NOT DISTINCT FROM CAST($1 AS BIGINT)), \
         CAST($2 AS TEXT), CAST($3 AS TEXT), $4, CAST($5 AS TEXT), $6, $7, CAST($8 AS TEXT), \
         CAST($9 AS TEXT), CAST($10 AS BLOB), $11, CAST($12 AS BIGINT), $13 RETURNING number",
    )
    .bind(installation)
    .bind(record.extension_id.as_deref())
    .bind(record.extension_version.as_deref())
    .bind(&record.event)
    .bind(record.version.as_deref())
    .bind(i64::from(record.failed))
    .bind(record.duration_ms)
    .bind(record.error_message.as_deref())
    .bind(record.error_class.as_deref())
    .bind(record.delivery.map(|id| id.as_bytes().to_vec()))
    .bind(&record.metadata)
    .bind(record.happened_at.map(Timestamp::as_millisecond))
    .bind(record.now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM telemetry \
         WHERE installation_id IS NOT DISTINCT FROM CAST($1 AS BIGINT) AND number <= $2",
    )
    .bind(installation)
    .bind(row.try_get::<i64, _>("number")? - MOST_KEPT)
    .execute(&mut *connection)
    .await?;
    match installation {
        Some(installation) => count(connection, installation, record).await,
        None => Ok(()),
    }
}

async fn count(
    connection: &mut AnyConnection,
    installation: i64,
    record: &NewRecord,
) -> Result<(), StoreError> {
    let now = record.now.as_millisecond();
    let hour = now - now.rem_euclid(HOUR);
    let version = record.version.as_deref().unwrap_or_default();
    let name = (record.event.as_str(), version);
    let (event, version) =
        if has_room(connection, (installation, hour), name).await? { name } else { (OTHERS, "") };
    sqlx::query(
        "INSERT INTO telemetry_hours (installation_id, hour, event, version, bucket, total, errors, \
         duration_ms) VALUES ($1, $2, $3, $4, $5, 1, $6, $7) \
         ON CONFLICT (installation_id, hour, event, version, bucket) DO UPDATE SET \
         total = telemetry_hours.total + 1, errors = telemetry_hours.errors + excluded.errors, \
         duration_ms = telemetry_hours.duration_ms + excluded.duration_ms",
    )
    .bind(installation)
    .bind(hour)
    .bind(event)
    .bind(version)
    .bind(record.bucket)
    .bind(i64::from(record.failed))
    .bind(record.duration_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether an hour has figures of this name, or room for them.
async fn has_room(
    connection: &mut AnyConnection,
    (installation, hour): (i64, i64),
    (event, version): (&str, &str),
) -> Result<bool, StoreError> {
    let known = sqlx::query(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM telemetry_hours WHERE installation_id = $1 \
         AND hour = $2 AND event = $3 AND version = $4 LIMIT 1) known",
    )
    .bind(installation)
    .bind(hour)
    .bind(event)
    .bind(version)
    .fetch_one(&mut *connection)
    .await?;
    if known.try_get::<i64, _>("n")? > 0 {
        return Ok(true);
    }
    let names = sqlx::query(
        "SELECT COUNT(*) AS n FROM (SELECT DISTINCT event, version FROM telemetry_hours \
         WHERE installation_id = $1 AND hour = $2) names",
    )
    .bind(installation)
    .bind(hour)
    .fetch_one(connection)
    .await?;
    Ok(names.try_get::<i64, _>("n")? < MOST_NAMES)
}
