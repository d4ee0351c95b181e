//! Answers that are given again when the same request comes again.
//!
//! An answer is written in the transaction that it reports, so a request is done once however often
//! it is sent, over crashes and on any node. Only what was done has an answer here.

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::idempotency::Idempotency;
use super::{Store, StoreError, read};

/// An answer to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// What to remember of a write: its key, and the answer to what was written.
pub(crate) struct Remember<'a, T> {
    pub(crate) key: &'a Idempotency,
    pub(crate) status: u16,
    pub(crate) body: &'a (dyn Fn(&T) -> String + Sync),
    pub(crate) now: Timestamp,
}

/// What a key stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    Answer(Answer),
    /// It came with another request.
    KeyReused,
}

impl Store {
    /// What the request with this key was answered.
    pub(crate) async fn answer(
        &self,
        key: &Idempotency,
        now: Timestamp,
    ) -> Result<Option<Earlier>, StoreError> {
        let row = sqlx::query(
            "SELECT request_hash, status, body FROM answers \
             WHERE scope = $1 AND key = $2 AND expires_at > $3",
        )
        .bind(&key.scope)
        .bind(&key.key)
        .bind(now.as_millisecond())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            if row.try_get::<Vec<u8>, _>("request_hash")? != key.request_hash {
                return Ok(Earlier::KeyReused);
            }
            let status = read(&row, "status", |status: i64| u16::try_from(status))?;
            Ok(Earlier::Answer(Answer { status, body: row.try_get("body")? }))
        })
        .transpose()
    }
}

/// Writes an answer down. Says whether the key was free; otherwise the transaction must not be
/// committed.
pub(super) async fn remember<T: Sync>(
    connection: &mut AnyConnection,
    remember: Option<Remember<'_, T>>,
    written: &T,
) -> Result<bool, StoreError> {
    let Some(Remember { key, status, body, now }) = remember else { return Ok(true) };
    let added = sqlx::query(
        "INSERT INTO answers (scope, key, request_hash, status, body, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope, key) DO UPDATE SET \
         request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, \
         created_at = excluded.created_at, expires_at = excluded.expires_at, \
         table_id = NULL, record_id = NULL \
         WHERE answers.expires_at <= excluded.created_at",
    )
    .bind(&key.scope)
    .bind(&key.key)
    .bind(key.request_hash.to_vec())
    .bind(i64::from(status))
    .bind(body(written))
    .bind(now.as_millisecond())
    .bind(key.expires_at.as_millisecond())
    .execute(connection)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Notes that an answer shows a record: it goes when nothing of the record is kept any more.
pub(super) async fn has_record(
    connection: &mut AnyConnection,
    key: &Idempotency,
    (table, record): (i64, i64),
) -> Result<(), StoreError> {
    sqlx::query("UPDATE answers SET table_id = $1, record_id = $2 WHERE scope = $3 AND key = $4")
        .bind(table)
        .bind(record)
        .bind(&key.scope)
        .bind(&key.key)
        .execute(connection)
        .await?;
    Ok(())
}
