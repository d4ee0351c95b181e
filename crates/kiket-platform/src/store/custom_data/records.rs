//! One record: read, made, changed, removed.
//!
//! A write looks at its table in its own transaction, so that no schema changes in between.

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::{add_keys, data, quota, remove_keys, stored, tables};
use crate::custom_data::Named;
use crate::custom_data::record::Checked;
use crate::custom_data::table::{Stored, Table};
use crate::store::answers::{self, Remember};
use crate::store::{Store, StoreError};

/// A record that was written, and what its table was then.
pub(crate) struct Written {
    pub(crate) table: Table,
    pub(crate) record: Stored,
}

/// What came of a write.
pub(crate) enum Saved {
    /// It is stored.
    As(Written),
    /// This unique index of the table has the same of another record; nothing was stored.
    Taken(Table, i64),
    /// The installation has as much as it may; nothing was stored.
    Full,
    /// There is no such record.
    Missing,
    /// There is no such table any more.
    NoTable,
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
        named: &Named,
        make: impl FnOnce(&Table, i64) -> Result<Checked, E>,
        remember: Option<Remember<'_, Written>>,
    ) -> Result<Saved, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let found = tables::find(&mut transaction, named).await?;
        let Some((id, table)) = found else { return Ok(Saved::NoTable) };
        let number = next(&mut transaction, id).await?;
        let checked = make(&table, number)?;
        if let Some(taken) = insert(&mut transaction, id, &checked).await? {
            return Ok(Saved::Taken(table, taken));
        }
        if quota::is_exceeded(&mut transaction, named.installation).await? {
            return Ok(Saved::Full);
        }
        let written = Written { table, record: checked.record };
        let key = remember.as_ref().map(|remember| remember.key);
        if !answers::remember(&mut transaction, remember, &written).await? {
            return Ok(Saved::Before);
        }
        if let Some(key) = key {
            answers::has_record(&mut transaction, key, (id, number)).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Saved::As(written))
    }

    /// Changes a record to what `make` makes of it.
    pub(crate) async fn update_record<E: From<StoreError>>(
        &self,
        (named, number): (&Named, i64),
        make: impl FnOnce(&Table, Stored) -> Result<Checked, E>,
    ) -> Result<Saved, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let found = tables::find(&mut transaction, named).await?;
        let Some((id, table)) = found else { return Ok(Saved::NoTable) };
        let Some(before) = one(&mut transaction, (id, number)).await? else {
            return Ok(Saved::Missing);
        };
        let size = data(&before)?.len();
        let checked = make(&table, before)?;
        if let Some(taken) = replace(&mut transaction, id, &checked).await? {
            return Ok(Saved::Taken(table, taken));
        }
        let grows = data(&checked.record)?.len() > size;
        if grows && quota::is_exceeded(&mut transaction, named.installation).await? {
            return Ok(Saved::Full);
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Saved::As(Written { table, record: checked.record }))
    }

    /// Removes a record: keeps it where nobody finds it if its table does so, or, when that is
    /// `hard`, keeps nothing of it, nor the answers that show it.
    pub(crate) async fn delete_record(
        &self,
        (named, number): (&Named, i64),
        hard: bool,
        (remember, now): (Option<Remember<'_, ()>>, Timestamp),
    ) -> Result<Saved, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let found = tables::find(&mut transaction, named).await?;
        let Some((id, table)) = found else { return Ok(Saved::NoTable) };
        let Some(record) = one(&mut transaction, (id, number)).await? else {
            return Ok(Saved::Missing);
        };
        remove_keys(&mut transaction, (id, number)).await?;
        let removal = if table.soft_delete && !hard {
            sqlx::query("UPDATE records SET deleted_at = $1 WHERE table_id = $2 AND id = $3")
                .bind(now.as_millisecond())
        } else {
            sqlx::query("DELETE FROM records WHERE table_id = $1 AND id = $2")
        };
        removal.bind(id).bind(number).execute(&mut *transaction).await?;
        if !answers::remember(&mut transaction, remember, &()).await? {
            return Ok(Saved::Before);
        }
        transaction.commit().await?;
        Ok(Saved::As(Written { table, record }))
    }
}

/// A record that has not been removed, as it is for the transaction.
async fn one(
    connection: &mut AnyConnection,
    (table, id): (i64, i64),
) -> Result<Option<Stored>, StoreError> {
    let row = sqlx::query(ONE).bind(table).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(stored).transpose()
}

const ONE: &str = "SELECT id, data, created_at, updated_at FROM records \
                   WHERE table_id = $1 AND id = $2 AND deleted_at IS NULL";

/// The number of a table's next record.
pub(super) async fn next(connection: &mut AnyConnection, table: i64) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "UPDATE data_tables SET last_record = last_record + 1 WHERE id = $1 RETURNING last_record",
    )
    .bind(table)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("last_record")?)
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
