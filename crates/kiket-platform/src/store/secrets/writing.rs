//! Writing secrets: set, rotated, removed for now and brought back.

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::remains::leave_behind;
use super::{Owner, Put, SealedSecret, column};
use crate::store::{Store, StoreError};

impl Store {
    /// Stores a secret, in place of an earlier value of the same key; only in place of one, when
    /// it is to `replace`. Nothing is stored unless it is [`Put::Done`].
    pub(crate) async fn put_secret(
        &self,
        (owner, secret): (Owner, &SealedSecret),
        replace: bool,
        most: usize,
        now: Timestamp,
    ) -> Result<Put, StoreError> {
        let mut transaction = self.writer.begin().await?;
        if let Owner::Installation(id) = owner {
            let there =
                sqlx::query("SELECT 1 FROM installations WHERE id = $1 AND state <> 'removed'")
                    .bind(i64::from(id))
                    .fetch_optional(&mut *transaction)
                    .await?;
            if there.is_none() {
                return Ok(Put::Absent);
            }
        }
        if replace && !is_there(&mut transaction, owner, &secret.key).await? {
            return Ok(Put::Absent);
        }
        upsert(&mut transaction, owner, secret, now).await?;
        if !fit(&mut transaction, owner, most).await? {
            return Ok(Put::TooMany);
        }
        transaction.commit().await?;
        Ok(Put::Done)
    }

    /// Removes a secret for now: its value can be brought back. Returns whether there was one.
    pub(crate) async fn remove_secret(
        &self,
        owner: Owner,
        key: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let removed = set_aside(&mut transaction, owner, key, now).await?;
        transaction.commit().await?;
        Ok(removed)
    }

    /// Brings a value back that was removed since a time. Returns whether there was one.
    pub(crate) async fn restore_secret(
        &self,
        (owner, key): (Owner, &str),
        since: Timestamp,
        most: usize,
        now: Timestamp,
    ) -> Result<Put, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let restored = sqlx::query(AssertSqlSafe(format!(
            "UPDATE secrets SET removed_at = NULL, updated_at = $1 \
             WHERE {} = $2 AND key = $3 AND removed_at > $4",
            column(owner.scope())
        )))
        .bind(now.as_millisecond())
        .bind(owner.number())
        .bind(key)
        .bind(since.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        if restored.rows_affected() == 0 {
            return Ok(Put::Absent);
        }
        if !fit(&mut transaction, owner, most).await? {
            return Ok(Put::TooMany);
        }
        transaction.commit().await?;
        Ok(Put::Done)
    }
}

async fn is_there(
    connection: &mut AnyConnection,
    owner: Owner,
    key: &str,
) -> Result<bool, StoreError> {
    let found = sqlx::query(AssertSqlSafe(format!(
        "SELECT 1 FROM secrets WHERE {} = $1 AND key = $2 AND removed_at IS NULL",
        column(owner.scope())
    )))
    .bind(owner.number())
    .bind(key)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Writes one secret inside a transaction. One that takes the place of another, also of one that was
/// removed a moment ago, is a rotation.
pub(in crate::store) async fn upsert(
    connection: &mut AnyConnection,
    owner: Owner,
    secret: &SealedSecret,
    now: Timestamp,
) -> Result<(), StoreError> {
    let owned_by = column(owner.scope());
    let found = sqlx::query(AssertSqlSafe(format!(
        "SELECT id FROM secrets WHERE {owned_by} = $1 AND key = $2"
    )))
    .bind(owner.number())
    .bind(&secret.key)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(found) = found else {
        return insert(connection, owner, secret, now).await;
    };
    let id: i64 = found.try_get("id")?;
    leave_behind(connection, "id = $1", id).await?;
    sqlx::query(
        "UPDATE secrets SET backend = $1, sealed_value = $2, size = $3, \
         rotation_count = rotation_count + 1, rotated_at = $4, updated_at = $4, \
         removed_at = NULL WHERE id = $5",
    )
    .bind(secret.backend)
    .bind(secret.sealed_value.as_slice())
    .bind(secret.size)
    .bind(now.as_millisecond())
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(
    connection: &mut AnyConnection,
    owner: Owner,
    secret: &SealedSecret,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO secrets ({}, key, backend, sealed_value, size, rotation_count, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $6)",
        column(owner.scope())
    )))
    .bind(owner.number())
    .bind(&secret.key)
    .bind(secret.backend)
    .bind(secret.sealed_value.as_slice())
    .bind(secret.size)
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes one secret inside a transaction, so that it can be brought back for a while.
pub(in crate::store) async fn set_aside(
    connection: &mut AnyConnection,
    owner: Owner,
    key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let removed = sqlx::query(AssertSqlSafe(format!(
        "UPDATE secrets SET removed_at = $1, updated_at = $1 \
         WHERE {} = $2 AND key = $3 AND removed_at IS NULL",
        column(owner.scope())
    )))
    .bind(now.as_millisecond())
    .bind(owner.number())
    .bind(key)
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Whether all keys and values of an owner have at most so many bytes in a delivery.
pub(in crate::store) async fn fit(
    connection: &mut AnyConnection,
    owner: Owner,
    most: usize,
) -> Result<bool, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS total FROM secrets \
         WHERE {} = $1 AND removed_at IS NULL",
        column(owner.scope())
    )))
    .bind(owner.number())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>("total")? <= i64::try_from(most).unwrap_or(i64::MAX))
}
