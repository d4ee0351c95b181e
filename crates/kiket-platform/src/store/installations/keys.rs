//! An installation's credentials: the key of its deliveries' signatures, and its API key.

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use sqlx::Row;

use crate::store::work::SealedDeliverySecret;
use crate::store::{Store, StoreError, time_or_none};

impl Store {
    /// Changes the keys of the signatures as `change` says, from what they are at that moment, and
    /// returns whether there is such an installation.
    pub(crate) async fn change_delivery_secret<E: From<StoreError>>(
        &self,
        id: InstallationId,
        now: Timestamp,
        change: impl FnOnce(SealedDeliverySecret) -> Result<SealedDeliverySecret, E>,
    ) -> Result<bool, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let row = sqlx::query(
            "SELECT sealed_delivery_secret, sealed_next_delivery_secret, next_secret_at \
             FROM installations WHERE id = $1 AND state <> 'removed'",
        )
        .bind(i64::from(id))
        .fetch_optional(&mut *transaction)
        .await
        .map_err(StoreError::from)?;
        let Some(row) = row else { return Ok(false) };
        let next: Option<Vec<u8>> =
            row.try_get("sealed_next_delivery_secret").map_err(StoreError::from)?;
        let now_sealed = SealedDeliverySecret {
            current: row.try_get("sealed_delivery_secret").map_err(StoreError::from)?,
            next: next.zip(time_or_none(&row, "next_secret_at")?),
        };
        let then = change(now_sealed)?;
        let (next, signs_at) = then.next.unzip();
        sqlx::query(
            "UPDATE installations SET sealed_delivery_secret = $1, \
             sealed_next_delivery_secret = $2, next_secret_at = $3, updated_at = $4, \
             changes = changes + 1 WHERE id = $5",
        )
        .bind(then.current)
        .bind(next)
        .bind(signs_at.map(Timestamp::as_millisecond))
        .bind(now.as_millisecond())
        .bind(i64::from(id))
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::from)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    /// Gives an installation another API key, and returns whether there is one to give it to.
    pub(crate) async fn set_api_key(
        &self,
        id: InstallationId,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE installations SET api_key_hash = $1, updated_at = $2, changes = changes + 1 \
             WHERE id = $3 AND state <> 'removed'",
        )
        .bind(hash.as_slice())
        .bind(now.as_millisecond())
        .bind(i64::from(id))
        .execute(&self.writer)
        .await?;
        Ok(changed.rows_affected() > 0)
    }
}
