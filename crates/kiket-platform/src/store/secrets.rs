//! Stored secrets, sealed.

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError};

/// A secret as it is stored.
pub(crate) struct SealedSecret {
    pub(crate) key: String,
    pub(crate) sealed_value: Vec<u8>,
    /// Bytes of key and value in a delivery.
    pub(crate) size: i64,
}

impl Store {
    /// Stores a secret, in place of an earlier value of the same key. Stores nothing and returns
    /// `false` when the installation's secrets would be larger than `most` bytes in all.
    pub(crate) async fn put_secret(
        &self,
        installation: InstallationId,
        secret: &SealedSecret,
        most: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        upsert(&mut transaction, installation, secret, now).await?;
        if !fit(&mut transaction, installation, most).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// All secrets of an installation, by key.
    pub(crate) async fn secrets_of(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        sqlx::query("SELECT key, sealed_value FROM secrets WHERE installation_id = $1 ORDER BY key")
            .bind(i64::from(installation))
            .fetch_all(&self.worker)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("key")?, row.try_get("sealed_value")?)))
            .collect()
    }
}

/// Writes one secret inside a transaction.
pub(super) async fn upsert(
    connection: &mut AnyConnection,
    installation: InstallationId,
    secret: &SealedSecret,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secrets (installation_id, key, sealed_value, size, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (installation_id, key) DO UPDATE SET \
         sealed_value = excluded.sealed_value, size = excluded.size, updated_at = excluded.updated_at",
    )
    .bind(i64::from(installation))
    .bind(&secret.key)
    .bind(secret.sealed_value.as_slice())
    .bind(secret.size)
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether all keys and values of an installation have at most so many bytes in a delivery.
pub(super) async fn fit(
    connection: &mut AnyConnection,
    installation: InstallationId,
    most: usize,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS total FROM secrets WHERE installation_id = $1",
    )
    .bind(i64::from(installation))
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>("total")? <= i64::try_from(most).unwrap_or(i64::MAX))
}
