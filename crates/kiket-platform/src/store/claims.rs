//! Claims: the right to attempt a delivery until a lease ends.

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, InstallationId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use tracing::error;
use uuid::Uuid;

use super::deliveries::Kind;
use super::{Store, StoreError, installations, read, time_or_none};

/// A delivery that this node may attempt until its lease ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) id: DeliveryId,
    pub(crate) installation: InstallationId,
    pub(crate) kind: Kind,
    pub(crate) lease: Uuid,
    /// The number of the attempt that this claim is for.
    pub(crate) number: i64,
    /// Attempts that ended and were recorded.
    pub(crate) recorded: i64,
}

/// A wish for claims.
#[derive(Debug, Clone)]
pub(crate) struct Claiming {
    /// How many deliveries of each installation.
    pub(crate) wants: Vec<(InstallationId, usize)>,
    pub(crate) now: Timestamp,
    /// A lease ends at this time and the time that the extension has to answer.
    pub(crate) until: Timestamp,
}

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Installations with a delivery that is due, or whose lease has run out.
    pub(crate) ready: Vec<InstallationId>,
    /// When the next of the others is due.
    pub(crate) next_due: Option<Timestamp>,
}

impl Store {
    /// Leases deliveries that are due, or whose lease has run out: of each installation as many as
    /// wanted, the longest due first.
    pub(crate) async fn claim(&self, claiming: Claiming) -> Result<Vec<Claim>, StoreError> {
        self.batches.claim(claiming).await
    }

    /// What waits for active installations, and what tells others of their own end.
    pub(crate) async fn waiting(&self, now: Timestamp) -> Result<Waiting, StoreError> {
        let rows = sqlx::query(
            "SELECT id, due_at FROM (SELECT i.id AS id, (SELECT MIN(d.due_at) FROM deliveries d \
             WHERE d.installation_id = i.id AND d.state = 'queued') AS due_at \
             FROM installations i WHERE i.state = 'active' UNION ALL \
             SELECT i.id AS id, (SELECT MIN(d.due_at) FROM deliveries d \
             WHERE d.installation_id = i.id AND d.state = 'queued' AND d.event_id = i.farewell) \
             AS due_at FROM installations i WHERE i.state <> 'active' AND i.farewell IS NOT NULL) \
             AS waiting WHERE due_at IS NOT NULL",
        )
        .fetch_all(&self.worker)
        .await?;
        let mut waiting = Waiting::default();
        for row in &rows {
            match time_or_none(row, "due_at")? {
                Some(due) if due <= now => {
                    waiting.ready.push(read(row, "id", |id: i64| id.try_into())?);
                }
                due => waiting.next_due = waiting.next_due.into_iter().chain(due).min(),
            }
        }
        Ok(waiting)
    }

    /// Gives back every claim of a node that is gone, to be taken up again at once. What somebody
    /// waited for has failed.
    pub(crate) async fn release_all(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin().await?;
        end_unanswered(&mut transaction, Timestamp::MAX, now).await?;
        sqlx::query(
            "UPDATE deliveries SET due_at = CASE WHEN state = 'queued' THEN $1 END, lease = NULL \
             WHERE lease IS NOT NULL",
        )
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        installations::bury(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends guards and actions whose lease has run out: whoever waited for the answer has gone.
    pub(crate) async fn end_unanswered(&self, now: Timestamp) -> Result<(), StoreError> {
        end_unanswered(&mut *self.writer.acquire().await?, now, now).await
    }

    /// Gives a claim back, to be taken up again at this time.
    pub(crate) async fn release(&self, claim: Claim, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE deliveries SET due_at = CASE WHEN state = 'queued' THEN $1 END, lease = NULL \
             WHERE id = $2 AND lease = $3",
        )
        .bind(at.as_millisecond())
        .bind(claim.id.as_bytes())
        .bind(claim.lease.as_bytes().as_slice())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

impl Claiming {
    pub(super) async fn claim(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<Vec<Claim>, StoreError> {
        let lease = Uuid::now_v7();
        let mut claims = Vec::new();
        for (installation, most) in &self.wants {
            // SQLite prepares a statement anew for each value of a plain `LIMIT $5`.
            let rows = sqlx::query(
                "UPDATE deliveries SET lease = $1, due_at = $2 + timeout_ms, claims = claims + 1 \
                 WHERE id IN (SELECT d.id FROM deliveries d JOIN installations i \
                 ON i.id = d.installation_id WHERE d.installation_id = $3 AND d.state = 'queued' \
                 AND d.due_at <= $4 AND (i.state = 'active' OR d.event_id = i.farewell) \
                 ORDER BY d.due_at LIMIT CAST($5 AS BIGINT)) \
                 RETURNING id, kind, claims, (SELECT COUNT(*) FROM attempts a \
                 WHERE a.delivery_id = deliveries.id) AS recorded",
            )
            .bind(lease.as_bytes().as_slice())
            .bind(self.until.as_millisecond())
            .bind(i64::from(*installation))
            .bind(self.now.as_millisecond())
            .bind(i64::try_from(*most).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await?;
            for row in &rows {
                match claimed(row, *installation, lease) {
                    Ok(claim) => claims.push(claim),
                    // One damaged row must not hold up the others.
                    Err(failure) => error!(error = %failure, "a delivery can not be claimed"),
                }
            }
        }
        Ok(claims)
    }
}

/// What is said of a guard or an action that nobody answered.
pub(crate) const UNANSWERED: &str = "the platform stopped before the answer came";

async fn end_unanswered(
    connection: &mut AnyConnection,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE deliveries SET state = 'failed', reason = $1, due_at = NULL, lease = NULL, \
         updated_at = $2 WHERE state = 'queued' AND kind <> 'hook' AND due_at <= $3",
    )
    .bind(UNANSWERED)
    .bind(now.as_millisecond())
    .bind(until.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

fn claimed(row: &AnyRow, installation: InstallationId, lease: Uuid) -> Result<Claim, StoreError> {
    Ok(Claim {
        id: read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?,
        installation,
        kind: read(row, "kind", |kind: String| Kind::parse(&kind).ok_or(()))?,
        lease,
        number: row.try_get("claims")?,
        recorded: row.try_get("recorded")?,
    })
}
