//! Records of custom data.
//!
//! There is one table of records with their columns as JSON, and one table of what indexes hold of
//! them, as keys whose bytes stand in the order of the values. So a table of an extension costs no
//! statement that changes the database's own tables, which thousands of installations with a schema
//! each would need, and the same statements do on every database. Equality on an index is one range
//! of keys. That a unique value stands there once is held by an index of the database, in the
//! transaction that writes the record.
//!
//! A table belongs to one installation, and records to a table, so nothing else has to be compared to
//! keep installations apart. Only records that are there are in an index.

mod change;
mod quota;
mod records;
mod scan;
mod tables;

pub(crate) use change::Outcome;
pub(super) use change::apply;
pub(crate) use records::{Saved, Written};
pub(crate) use scan::Scan;

use serde_json::{Map, Value};
use sqlx::AnyConnection;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{StoreError, json, rows, time};
use crate::custom_data::table::{Entry, Stored};

/// A record as it is stored.
fn stored(row: &AnyRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        id: row.try_get("id")?,
        columns: json::<Map<String, Value>>(row, "data")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

fn data(record: &Stored) -> Result<String, StoreError> {
    serde_json::to_string(&record.columns).map_err(|_| StoreError::Damaged("a record's columns"))
}

/// Writes what indexes hold of a record. Says which unique index has the same already.
async fn add_keys(
    connection: &mut AnyConnection,
    (table, record): (i64, i64),
    entries: &[Entry],
) -> Result<Option<i64>, StoreError> {
    let unique = entries.iter().filter(|entry| entry.is_unique);
    for entry in unique {
        let added = sqlx::query(
            "INSERT INTO record_keys (table_id, index_no, key, record_id, is_unique) \
             VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING",
        )
        .bind(table)
        .bind(entry.number)
        .bind(entry.key.clone())
        .bind(record)
        .execute(&mut *connection)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(Some(entry.number));
        }
    }
    let others: Vec<_> = entries.iter().filter(|entry| !entry.is_unique).collect();
    for group in rows::groups(others.len()) {
        let group = &others[group];
        let mut statement = rows::statement(
            "INSERT INTO record_keys (table_id, index_no, key, record_id, is_unique)",
            "(?, ?, ?, ?, 0)",
            group.len(),
            "",
        );
        for entry in group {
            statement =
                statement.bind(table).bind(entry.number).bind(entry.key.clone()).bind(record);
        }
        statement.execute(&mut *connection).await?;
    }
    Ok(None)
}

/// Takes a record out of every index.
async fn remove_keys(
    connection: &mut AnyConnection,
    (table, record): (i64, i64),
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM record_keys WHERE table_id = $1 AND record_id = $2")
        .bind(table)
        .bind(record)
        .execute(connection)
        .await?;
    Ok(())
}
