//! Removing what has come to its end and is old enough.

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{Store, StoreError};

/// The most rows of one transaction, so that nobody waits long for it.
const BATCH: i64 = 500;

impl Store {
    /// Removes one batch, and says whether there may be more: deliveries that came to their end
    /// before this time, with their attempts and callbacks; events from before it that have no
    /// delivery left; idempotency keys that have expired. An event stays, and so do its deliveries,
    /// while it waits for an operator's decision.
    pub(crate) async fn remove_settled(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let removed = [
            remove(
                &mut transaction,
                "DELETE FROM deliveries WHERE id IN (SELECT d.id FROM deliveries d \
                 WHERE d.state <> 'queued' AND d.updated_at < $1 AND d.lease IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM guards g WHERE g.event_id = d.event_id \
                 AND g.decision = 'pending' AND g.resolved_to IS NULL) \
                 ORDER BY d.updated_at LIMIT $2)",
                before,
            )
            .await?,
            remove(
                &mut transaction,
                "DELETE FROM events WHERE id IN (SELECT v.id FROM events v \
                 WHERE v.created_at < $1 \
                 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = v.id) \
                 AND NOT EXISTS (SELECT 1 FROM guards g WHERE g.event_id = v.id \
                 AND g.decision = 'pending' AND g.resolved_to IS NULL) \
                 ORDER BY v.created_at LIMIT $2)",
                before,
            )
            .await?,
            remove(
                &mut transaction,
                "DELETE FROM idempotency_keys WHERE (scope, key) IN (SELECT k.scope, k.key \
                 FROM idempotency_keys k WHERE k.expires_at < $1 ORDER BY k.expires_at LIMIT $2)",
                now,
            )
            .await?,
        ];
        transaction.commit().await?;
        Ok(removed.into_iter().any(|rows| rows >= BATCH.unsigned_abs()))
    }
}

async fn remove(
    connection: &mut AnyConnection,
    statement: &'static str,
    before: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(statement)
        .bind(before.as_millisecond())
        .bind(BATCH)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
