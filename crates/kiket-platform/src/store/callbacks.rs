//! The calls that extensions made with a delivery's token.

use kiket_contract::api::deliveries::{Callback, MOST_CALLBACKS};
use kiket_contract::id::DeliveryId;
use sqlx::AnyConnection;

use super::{Store, StoreError};

/// A call, and the delivery that it belongs to.
pub(super) struct CalledBack {
    delivery: DeliveryId,
    callback: Callback,
}

impl Store {
    /// Records one call, unless the delivery has as many as are kept. It can be read when this returns.
    pub(crate) async fn record_callback(
        &self,
        delivery: DeliveryId,
        callback: Callback,
    ) -> Result<(), StoreError> {
        self.batches.call_back(CalledBack { delivery, callback }).await
    }
}

/// Writes one call inside a transaction.
pub(super) async fn write(
    connection: &mut AnyConnection,
    CalledBack { delivery, callback }: &CalledBack,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO callbacks (delivery_id, method, path, status_code, at) \
         SELECT $1, $2, $3, $4, $5 \
         WHERE (SELECT COUNT(*) FROM callbacks WHERE delivery_id = $1) < $6",
    )
    .bind(delivery.as_bytes())
    .bind(&callback.method)
    .bind(&callback.path)
    .bind(i64::from(callback.status_code))
    .bind(callback.at.as_millisecond())
    .bind(i64::try_from(MOST_CALLBACKS).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(())
}
