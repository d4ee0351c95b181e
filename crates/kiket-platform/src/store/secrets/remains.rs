//! What is left of secrets that are gone: values that are deleted for good, and what other back ends
//! still hold of them.

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::PLACE;
use crate::store::{Store, StoreError};

/// A sealed name in another back end that no secret refers to any more.
pub(crate) struct Remains {
    pub(crate) id: i64,
    pub(crate) backend: String,
    pub(crate) place: String,
    pub(crate) sealed_value: Vec<u8>,
}

impl Store {
    /// Deletes the values for good that were removed before a time.
    pub(crate) async fn bury_secrets(&self, before: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        leave_behind(&mut transaction, "removed_at <= $1", before.as_millisecond()).await?;
        sqlx::query("DELETE FROM secrets WHERE removed_at <= $1")
            .bind(before.as_millisecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What is still to be deleted in other back ends, a part of it.
    pub(crate) async fn secret_remains(&self) -> Result<Vec<Remains>, StoreError> {
        sqlx::query(
            "SELECT id, backend, place, sealed_value FROM secret_remains ORDER BY id LIMIT 100",
        )
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| {
            Ok(Remains {
                id: row.try_get("id")?,
                backend: row.try_get("backend")?,
                place: row.try_get("place")?,
                sealed_value: row.try_get("sealed_value")?,
            })
        })
        .collect()
    }

    /// Notes that one of them has been deleted.
    pub(crate) async fn forget_remains(&self, id: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM secret_remains WHERE id = $1")
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// Deletes all secrets of an installation for good.
pub(in crate::store) async fn remove_all(
    connection: &mut AnyConnection,
    installation: i64,
) -> Result<(), StoreError> {
    leave_behind(connection, "installation_id = $1", installation).await?;
    sqlx::query("DELETE FROM secrets WHERE installation_id = $1")
        .bind(installation)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes what other back ends hold for these secrets, before the rows go or get another value.
pub(super) async fn leave_behind(
    connection: &mut AnyConnection,
    which: &'static str,
    argument: i64,
) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO secret_remains (backend, place, sealed_value) \
         SELECT backend, {PLACE}, sealed_value FROM secrets WHERE backend <> 'database' AND {which}"
    )))
    .bind(argument)
    .execute(connection)
    .await?;
    Ok(())
}
