//! The keys of the runtime tokens, sealed.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, time};

/// A signing key as it is stored.
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) sealed_private_key: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) signs_at: Timestamp,
}

impl Store {
    /// All keys, by the time from which each signs.
    pub(crate) async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT kid, sealed_private_key, created_at, signs_at FROM signing_keys \
             ORDER BY signs_at, created_at, kid",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredKey {
                    kid: row.try_get("kid")?,
                    sealed_private_key: row.try_get("sealed_private_key")?,
                    created_at: time(row, "created_at")?,
                    signs_at: time(row, "signs_at")?,
                })
            })
            .collect()
    }

    /// Adds a key, unless there is one that does not sign yet at the time of its making. Says
    /// whether it was added.
    pub(crate) async fn add_signing_key(&self, key: &StoredKey) -> Result<bool, StoreError> {
        let added = sqlx::query(
            "INSERT INTO signing_keys (kid, sealed_private_key, created_at, signs_at) \
             SELECT $1, $2, $3, $4 \
             WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE signs_at > $3)",
        )
        .bind(&key.kid)
        .bind(key.sealed_private_key.as_slice())
        .bind(key.created_at.as_millisecond())
        .bind(key.signs_at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(added.rows_affected() > 0)
    }

    /// Deletes a key.
    pub(crate) async fn remove_signing_key(&self, kid: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM signing_keys WHERE kid = $1")
            .bind(kid)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
