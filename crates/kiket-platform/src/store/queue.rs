//! How much waits.

use jiff::Timestamp;
use sqlx::Row;

use super::{Store, StoreError, time_or_none};

/// How much waits. What waits for a paused or disabled installation is queued, and not due.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) queued: i64,
    pub(crate) due: i64,
    pub(crate) in_flight: i64,
    pub(crate) oldest_due: Option<Timestamp>,
}

impl Store {
    /// How much waits now.
    pub(crate) async fn queue(&self, now: Timestamp) -> Result<Queue, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS queued, \
             COUNT(CASE WHEN d.lease IS NOT NULL AND d.due_at > $1 THEN 1 END) AS in_flight, \
             COUNT(CASE WHEN i.state = 'active' AND d.due_at <= $1 THEN 1 END) AS due, \
             MIN(CASE WHEN i.state = 'active' AND d.due_at <= $1 THEN d.due_at END) AS oldest_due \
             FROM deliveries d JOIN installations i ON i.id = d.installation_id \
             WHERE d.state = 'queued'",
        )
        .bind(now.as_millisecond())
        .fetch_one(&self.reader)
        .await?;
        Ok(Queue {
            queued: row.try_get("queued")?,
            due: row.try_get("due")?,
            in_flight: row.try_get("in_flight")?,
            oldest_due: time_or_none(&row, "oldest_due")?,
        })
    }

    /// Whether the database answers.
    pub(crate) async fn answers(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }
}
