//! One record: read, made, changed, removed.

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::{add_keys, data, remove_keys, stored};
use crate::custom_data::record::Checked;
use crate::custom_data::table::Stored;
use crate::store::answers::{self, Remember};
use crate::store::{Store, StoreError};

/// What came of a write.
pub(crate) enum Saved {
    /// It is stored.
    As(Stored),
    /// This unique index has the same of another record; nothing was stored.
    Taken(i64),
    /// There is no such record.
    Missing,
    /// The request was answered before; nothing was stored.
    Before,
}

impl Store {
    /// One record that has not been removed.
    pub(crate) async fn record(&self, table: i64, id: i64) -> Result<Option<Stored>, StoreError> {
        let row = sqlx::query(ONE).bind(table).bind(id).fetch_optional(&self.reader).await?;
        row.as_ref().map(stored).transpose()
    }

    /// Writes a new record, which `make` makes for its number, and with it the answer.
    pub(crate) async fn create_record<E: From<StoreError>>(
        &self,
        table: i64,
        make: impl FnOnce(i64) -> Result<Checked, E>,
        remember: Option<Remember<'_, Stored>>,
    ) -> Result<Saved, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let Some(id) = next(&mut transaction, table).await? else { return Ok(Saved::Missing) };
        let checked = make(id)?;
        if let Some(taken) = insert(&mut transaction, table, &checked).await? {
            return Ok(Saved::Taken(taken));
        }
        if !answers::remember(&mut transaction, remember, &checked.record).await? {
            return Ok(Saved::Before);
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Saved::As(checked.record))
    }

    /// Changes a record to what `make` makes of it.
    pub(crate) async fn update_record<E: From<StoreError>>(
        &self,
        (table, id): (i64, i64),
        make: impl FnOnce(Stored) -> Result<Checked, E>,
    ) -> Result<Saved, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let row = sqlx::query(ONE)
            .bind(table)
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::from)?;
        let Some(row) = row else { return Ok(Saved::Missing) };
        let checked = make(stored(&row)?)?;
        if let Some(taken) = replace(&mut transaction, table, &checked).await? {
            return Ok(Saved::Taken(taken));
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Saved::As(checked.record))
    }

    /// Removes a record: keeps it where nobody finds it, or keeps nothing of it.
    pub(crate) async fn delete_record(
        &self,
        (table, id): (i64, i64),
        keep: bool,
        (remember, now): (Option<Remember<'_, ()>>, Timestamp),
    ) -> Result<Saved, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let row = sqlx::query(ONE).bind(table).bind(id).fetch_optional(&mut *transaction).await?;
        let Some(row) = row else { return Ok(Saved::Missing) };
        let record = stored(&row)?;
        remove_keys(&mut transaction, (table, id)).await?;
        let removal = if keep {
            sqlx::query("UPDATE records SET deleted_at = $1 WHERE table_id = $2 AND id = $3")
                .bind(now.as_millisecond())
        } else {
            sqlx::query("DELETE FROM records WHERE table_id = $1 AND id = $2")
        };
        removal.bind(table).bind(id).execute(&mut *transaction).await?;
        if !answers::remember(&mut transaction, remember, &()).await? {
            return Ok(Saved::Before);
        }
        transaction.commit().await?;
        Ok(Saved::As(record))
    }
}

const ONE: &str = "SELECT id, data, created_at, updated_at FROM records \
                   WHERE table_id = $1 AND id = $2 AND deleted_at IS NULL";

/// The number of a table's next record.
pub(super) async fn next(
    connection: &mut AnyConnection,
    table: i64,
) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query(
        "UPDATE data_tables SET last_record = last_record + 1 WHERE id = $1 RETURNING last_record",
    )
    .bind(table)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(row.try_get("last_record")?)).transpose()
}

/// Writes a new record. Says which unique index has the same already.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    table: i64,
    Checked { record, entries }: &Checked,
) -> Result<Option<i64>, StoreError> {
    sqlx::query(
        "INSERT INTO records (table_id, id, data, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(table)
    .bind(record.id)
    .bind(data(record)?)
    .bind(record.created_at.as_millisecond())
    .bind(record.updated_at.as_millisecond())
    .execute(&mut *connection)
    .await?;
    add_keys(connection, (table, record.id), entries).await
}

/// Writes a record in the place of what it was.
async fn replace(
    connection: &mut AnyConnection,
    table: i64,
    Checked { record, entries }: &Checked,
) -> Result<Option<i64>, StoreError> {
    sqlx::query("UPDATE records SET data = $1, updated_at = $2 WHERE table_id = $3 AND id = $4")
        .bind(data(record)?)
        .bind(record.updated_at.as_millisecond())
        .bind(table)
        .bind(record.id)
        .execute(&mut *connection)
        .await?;
    remove_keys(connection, (table, record.id)).await?;
    add_keys(connection, (table, record.id), entries).await
}
