//! Removing what has come to its end and is old enough.

use jiff::{SignedDuration, Timestamp};
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError, rows};

/// The most rows of one transaction, so that nobody waits long for it.
const BATCH: i64 = 500;
/// How long the last attempt of a cancelled delivery may take to be recorded.
const LONGEST_LEASE: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Removes one batch, and says whether there may be more: deliveries that came to their end
    /// before this time, with their attempts and callbacks, and with the events that have no
    /// delivery left then; what was logged outside of a delivery, and reads of secrets, before this
    /// time; records of custom data that were removed before it; idempotency keys and remembered answers that have expired. An event stays, and so do its
    /// deliveries, while it waits for an operator's decision.
    pub(crate) async fn remove_settled(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let deliveries = sqlx::query(
            "DELETE FROM deliveries WHERE id IN (SELECT d.id FROM deliveries d \
             WHERE d.state <> 'queued' AND d.updated_at < $1 \
             AND (d.lease IS NULL OR d.updated_at < $2) \
             AND NOT EXISTS (SELECT 1 FROM guards g WHERE g.event_id = d.event_id \
             AND g.decision = 'pending' AND g.resolved_to IS NULL) \
             ORDER BY d.updated_at LIMIT $3) RETURNING event_id",
        )
        .bind(before.as_millisecond())
        .bind(now.checked_sub(LONGEST_LEASE).unwrap_or(Timestamp::MIN).as_millisecond())
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        let events = ids(&deliveries, "event_id")?;
        remove_unheard(&mut transaction, &events, before).await?;
        let logs = sqlx::query(
            "DELETE FROM extension_events WHERE id IN (SELECT l.id FROM extension_events l \
             WHERE l.delivery_id IS NULL AND l.created_at < $1 ORDER BY l.created_at LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(BATCH)
        .execute(&mut *transaction)
        .await?;
        let keys = sqlx::query(
            "DELETE FROM idempotency_keys WHERE (scope, key) IN (SELECT k.scope, k.key \
             FROM idempotency_keys k WHERE k.expires_at < $1 ORDER BY k.expires_at LIMIT $2)",
        )
        .bind(now.as_millisecond())
        .bind(BATCH)
        .execute(&mut *transaction)
        .await?;
        let answers = sqlx::query(
            "DELETE FROM answers WHERE (scope, key) IN (SELECT a.scope, a.key \
             FROM answers a WHERE a.expires_at < $1 ORDER BY a.expires_at LIMIT $2)",
        )
        .bind(now.as_millisecond())
        .bind(BATCH)
        .execute(&mut *transaction)
        .await?;
        let reads = sqlx::query(
            "DELETE FROM secret_reads WHERE id IN (SELECT r.id FROM secret_reads r \
             WHERE r.read_at < $1 ORDER BY r.read_at LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(BATCH)
        .execute(&mut *transaction)
        .await?;
        let records = sqlx::query(
            "DELETE FROM records WHERE (table_id, id) IN (SELECT r.table_id, r.id FROM records r \
             WHERE r.deleted_at < $1 ORDER BY r.deleted_at LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(BATCH)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let most = BATCH.unsigned_abs();
        let others = [
            logs.rows_affected(),
            keys.rows_affected(),
            answers.rows_affected(),
            reads.rows_affected(),
            records.rows_affected(),
        ];
        Ok(is_batch(deliveries.len()) || others.into_iter().any(|removed| removed >= most))
    }

    /// Removes one batch of telemetry and of received e-mails from before a time, and of what came
    /// without a credential from before another one; and says whether there may be more.
    pub(crate) async fn remove_reported(
        &self,
        before: Timestamp,
        unauthenticated_before: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let mut more = false;
        for (statement, before) in [
            (
                "DELETE FROM telemetry WHERE id IN (SELECT t.id FROM telemetry t \
                 WHERE t.created_at < $1 ORDER BY t.created_at LIMIT $2)",
                before,
            ),
            (
                "DELETE FROM telemetry WHERE id IN (SELECT t.id FROM telemetry t \
                 WHERE t.installation_id IS NULL AND t.created_at < $1 \
                 ORDER BY t.number LIMIT $2)",
                unauthenticated_before,
            ),
            (
                "DELETE FROM telemetry_hours WHERE (installation_id, hour, event, version, bucket) \
                 IN (SELECT h.installation_id, h.hour, h.event, h.version, h.bucket \
                 FROM telemetry_hours h WHERE h.hour < $1 ORDER BY h.hour LIMIT $2)",
                before,
            ),
            (
                "DELETE FROM inbound_emails WHERE id IN (SELECT m.id FROM inbound_emails m \
                 WHERE m.created_at < $1 ORDER BY m.created_at LIMIT $2)",
                before,
            ),
        ] {
            let removed = sqlx::query(statement)
                .bind(before.as_millisecond())
                .bind(BATCH)
                .execute(&mut *transaction)
                .await?;
            more |= removed.rows_affected() >= BATCH.unsigned_abs();
        }
        transaction.commit().await?;
        Ok(more)
    }

    /// Removes one batch of the events of a time that nobody heard, and returns the time that the
    /// next batch begins at, if there may be one. An event that is heard goes with its last
    /// delivery; so no event has to be looked at twice, however long its deliveries wait. They are
    /// looked for beside those who write.
    pub(crate) async fn remove_unheard(
        &self,
        from: Timestamp,
        before: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let found = sqlx::query(
            "SELECT v.id, v.created_at FROM events v WHERE v.created_at >= $1 \
             AND v.created_at < $2 \
             AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = v.id) \
             AND NOT EXISTS (SELECT 1 FROM guards g WHERE g.event_id = v.id \
             AND g.decision = 'pending' AND g.resolved_to IS NULL) \
             ORDER BY v.created_at LIMIT $3",
        )
        .bind(from.as_millisecond())
        .bind(before.as_millisecond())
        .bind(BATCH)
        .fetch_all(&self.reader)
        .await?;
        let mut transaction = self.writer.begin().await?;
        remove_unheard(&mut transaction, &ids(&found, "id")?, before).await?;
        transaction.commit().await?;
        let last = found.last().filter(|_| is_batch(found.len()));
        last.map(|row| super::time(row, "created_at")).transpose()
    }
}

fn is_batch(rows: usize) -> bool {
    i64::try_from(rows).is_ok_and(|rows| rows >= BATCH)
}

fn ids(rows: &[sqlx::any::AnyRow], column: &str) -> Result<Vec<Vec<u8>>, StoreError> {
    rows.iter().map(|row| Ok(row.try_get(column)?)).collect()
}

/// Removes those of these events that are old enough and have no delivery, unless they wait for an
/// operator's decision.
async fn remove_unheard(
    connection: &mut AnyConnection,
    ids: &[Vec<u8>],
    before: Timestamp,
) -> Result<(), StoreError> {
    for group in rows::groups(ids.len()) {
        let ids = &ids[group];
        let mut statement = rows::statement(
            "WITH ids(id) AS (",
            "(CAST(? AS BLOB))",
            ids.len(),
            ") DELETE FROM events WHERE id IN (SELECT id FROM ids) AND created_at < ? \
             AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id) \
             AND NOT EXISTS (SELECT 1 FROM guards g WHERE g.event_id = events.id \
             AND g.decision = 'pending' AND g.resolved_to IS NULL)",
        );
        for id in ids {
            statement = statement.bind(id.clone());
        }
        statement.bind(before.as_millisecond()).execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
