//! The calls that extensions made with a delivery's token.

use kiket_contract::api::deliveries::Callback;
use kiket_contract::id::DeliveryId;

use super::{Store, StoreError};

impl Store {
    /// Records one call.
    pub(crate) async fn record_callback(
        &self,
        delivery: DeliveryId,
        callback: &Callback,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO callbacks (delivery_id, method, path, status_code, at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(delivery.as_bytes())
        .bind(&callback.method)
        .bind(&callback.path)
        .bind(i64::from(callback.status_code))
        .bind(callback.at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
