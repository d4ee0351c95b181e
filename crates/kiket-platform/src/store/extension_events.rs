//! What extensions log about themselves.

use jiff::Timestamp;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::id::{DeliveryId, InstallationId};

use super::{Store, StoreError};

impl Store {
    /// Writes one entry.
    pub(crate) async fn log_extension_event(
        &self,
        installation: InstallationId,
        delivery: Option<DeliveryId>,
        entry: &LogEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO extension_events (installation_id, delivery_id, event, version, data, \
             happened_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(i64::from(installation))
        .bind(delivery.map(|id| id.as_bytes().to_vec()))
        .bind(&entry.event)
        .bind(entry.version.as_deref())
        .bind(entry.data.to_string())
        .bind(entry.timestamp.map(Timestamp::as_millisecond))
        .bind(now.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
