//! What extensions tell of their own: entries of their log, metrics, analytics, notifications.

use jiff::Timestamp;
use kiket_contract::api::extension_events::{Kind, MOST_KEPT};
use kiket_contract::id::{DeliveryId, InstallationId};
use sqlx::{AnyConnection, Row};

use super::answers::{self, Remember};
use super::events::NewEvent;
use super::{Store, StoreError, events};

/// Something that an extension tells.
pub(crate) struct NewEntry {
    pub(crate) installation: InstallationId,
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) kind: Kind,
    pub(crate) event: String,
    pub(crate) version: Option<String>,
    /// JSON, of a form that the kind has.
    pub(crate) data: String,
    pub(crate) happened_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

/// Makes the event that tells of an entry, from the entry's number.
pub(crate) type Raises<'a> = &'a (dyn Fn(i64) -> Option<NewEvent> + Sync);

impl Store {
    /// Writes one entry, with the event that it raises, and returns its number. The installation's
    /// oldest of the kind goes for it when there are [`MOST_KEPT`]. Nothing is written, and nothing
    /// returned, when the key of the request stands for an earlier one.
    pub(crate) async fn tell(
        &self,
        entry: &NewEntry,
        raises: Option<Raises<'_>>,
        remember: Option<Remember<'_, i64>>,
    ) -> Result<Option<i64>, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let id = write(&mut transaction, entry).await?;
        if let Some(event) = raises.and_then(|raises| raises(id)) {
            events::raise(&mut transaction, self.plan, &[&event]).await?;
        }
        if !answers::remember(&mut transaction, remember, &id).await? {
            transaction.rollback().await?;
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(id))
    }
}

async fn write(connection: &mut AnyConnection, entry: &NewEntry) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO extension_events (installation_id, delivery_id, kind, number, event, version, \
         data, happened_at, created_at) SELECT $1, CAST($2 AS BLOB), $3, \
         (SELECT COALESCE(MAX(number), 0) + 1 FROM extension_events \
         WHERE installation_id = $1 AND kind = $3), $4, CAST($5 AS TEXT), $6, CAST($7 AS BIGINT), $8 \
         RETURNING id, number",
    )
    .bind(i64::from(entry.installation))
    .bind(entry.delivery.map(|id| id.as_bytes().to_vec()))
    .bind(entry.kind.as_str())
    .bind(&entry.event)
    .bind(entry.version.as_deref())
    .bind(&entry.data)
    .bind(entry.happened_at.map(Timestamp::as_millisecond))
    .bind(entry.now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM extension_events WHERE installation_id = $1 AND kind = $2 AND number <= $3",
    )
    .bind(i64::from(entry.installation))
    .bind(entry.kind.as_str())
    .bind(row.try_get::<i64, _>("number")? - MOST_KEPT)
    .execute(&mut *connection)
    .await?;
    Ok(row.try_get("id")?)
}
