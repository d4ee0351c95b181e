//! What a delivery carries, without what is added for an attempt.

use kiket_contract::id::DeliveryId;
use kiket_contract::payload::Members;
use sqlx::Row;

use super::{Store, StoreError, json};

/// What a delivery carries, as the event brought it: nothing of it is secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Carried {
    /// The event's own members.
    pub payload: Members,
    /// The event's context.
    pub context: Option<Members>,
}

impl Store {
    /// What a delivery carries.
    pub(crate) async fn carried(&self, id: DeliveryId) -> Result<Option<Carried>, StoreError> {
        let row = sqlx::query(
            "SELECT v.payload, v.context FROM deliveries d JOIN events v ON v.id = d.event_id \
             WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            let context: Option<String> = row.try_get("context")?;
            let context = context.map(|text| serde_json::from_str(&text)).transpose();
            Ok(Carried {
                payload: json(&row, "payload")?,
                context: context.map_err(|_| StoreError::Damaged("context"))?,
            })
        })
        .transpose()
    }
}
