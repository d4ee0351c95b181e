//! An installation's credentials: the key of its deliveries' signatures, and its API key.

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

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

    /// Gives an installation another API key; those before it end at `until`, or earlier where they
    /// have an earlier end. Returns whether there is such an installation.
    pub(crate) async fn add_api_key(
        &self,
        id: InstallationId,
        hash: [u8; 32],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let changed = sqlx::query(
            "UPDATE installations SET updated_at = $1, changes = changes + 1 \
             WHERE id = $2 AND state <> 'removed'",
        )
        .bind(now.as_millisecond())
        .bind(i64::from(id))
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM api_keys WHERE installation_id = $1 AND ends_at <= $2")
            .bind(i64::from(id))
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE api_keys SET ends_at = $1 \
             WHERE installation_id = $2 AND (ends_at IS NULL OR ends_at > $1)",
        )
        .bind(until.as_millisecond())
        .bind(i64::from(id))
        .execute(&mut *transaction)
        .await?;
        insert(&mut transaction, id, hash).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Makes a key the only one of its installation.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    id: InstallationId,
    hash: [u8; 32],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM api_keys WHERE installation_id = $1")
        .bind(i64::from(id))
        .execute(&mut *connection)
        .await?;
    insert(connection, id, hash).await
}

async fn insert(
    connection: &mut AnyConnection,
    id: InstallationId,
    hash: [u8; 32],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO api_keys (hash, installation_id) VALUES ($1, $2)")
        .bind(hash.as_slice())
        .bind(i64::from(id))
        .execute(connection)
        .await?;
    Ok(())
}
