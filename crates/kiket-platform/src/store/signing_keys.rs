//! The keys of the runtime tokens, sealed.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError};

/// A signing key as it is stored.
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) sealed_private_key: Vec<u8>,
}

impl Store {
    /// The key that signs now, if there is one.
    pub(crate) async fn signing_key(&self) -> Result<Option<StoredKey>, StoreError> {
        let row = sqlx::query(
            "SELECT kid, sealed_private_key FROM signing_keys ORDER BY created_at DESC LIMIT 1",
        )
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            Ok(StoredKey {
                kid: row.try_get("kid")?,
                sealed_private_key: row.try_get("sealed_private_key")?,
            })
        })
        .transpose()
    }

    /// Adds a key.
    pub(crate) async fn add_signing_key(
        &self,
        key: &StoredKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO signing_keys (kid, sealed_private_key, created_at, signs_at) \
             VALUES ($1, $2, $3, $3)",
        )
        .bind(&key.kid)
        .bind(key.sealed_private_key.as_slice())
        .bind(now.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
