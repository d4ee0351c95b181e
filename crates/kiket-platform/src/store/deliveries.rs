//! Deliveries: claiming what is due, loading it for an attempt, and recording how it went.

use jiff::Timestamp;
use kiket_contract::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId};
use kiket_contract::payload::Members;
use kiket_contract::signature::SigningForm;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{Store, StoreError, json, read};

/// A delivery that this node may attempt until its lease ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) id: DeliveryId,
    pub(crate) lease: Uuid,
    /// The number of the attempt that this claim is for.
    pub(crate) number: i64,
    /// Attempts that ended and were recorded.
    pub(crate) recorded: i64,
}

/// Everything that an attempt needs.
pub(crate) struct Work {
    pub(crate) event_id: EventId,
    pub(crate) event: String,
    pub(crate) event_version: String,
    pub(crate) payload: Members,
    pub(crate) context: Option<Members>,
    pub(crate) timeout_ms: u64,
    pub(crate) retries: u32,
    /// The path below the callback URL, in place of the usual one.
    pub(crate) endpoint: Option<String>,
    pub(crate) installation: InstallationId,
    pub(crate) extension_number: i64,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) callback_url: String,
    pub(crate) signing: SigningForm,
    pub(crate) sealed_delivery_secret: Vec<u8>,
    pub(crate) requested_secrets: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) generation: i64,
}

/// How an attempt went.
pub(crate) struct Finished {
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: i64,
    pub(crate) status_code: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) response: Option<String>,
    pub(crate) next: Next,
    pub(crate) now: Timestamp,
}

/// Where a delivery stands after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Delivered,
    Failed,
    RetryAt(Timestamp),
}

impl Next {
    fn state(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::RetryAt(_) => "queued",
        }
    }

    fn due_at(self) -> Option<i64> {
        match self {
            Self::RetryAt(at) => Some(at.as_millisecond()),
            _ => None,
        }
    }
}

impl Store {
    /// Leases up to `most` deliveries that are due, or whose lease has run out. A lease ends at
    /// `until` and the time that the extension has to answer.
    pub(crate) async fn claim(
        &self,
        now: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<Claim>, StoreError> {
        let lease = Uuid::now_v7();
        let rows = sqlx::query(
            "WITH due AS MATERIALIZED (SELECT id FROM deliveries \
             WHERE state = 'queued' AND due_at <= $1 ORDER BY due_at LIMIT $2) \
             UPDATE deliveries SET lease = $3, due_at = $4 + timeout_ms, claims = claims + 1 \
             WHERE id IN (SELECT id FROM due) RETURNING id, claims, \
             (SELECT COUNT(*) FROM attempts a WHERE a.delivery_id = deliveries.id) AS recorded",
        )
        .bind(now.as_millisecond())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(lease.as_bytes().as_slice())
        .bind(until.as_millisecond())
        .fetch_all(&self.writer)
        .await?;
        // One damaged row must not hold up the others.
        Ok(rows.iter().filter_map(|row| claimed(row, lease).ok()).collect())
    }

    /// When the next delivery is due or the next lease runs out.
    pub(crate) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row =
            sqlx::query("SELECT MIN(due_at) AS due_at FROM deliveries WHERE state = 'queued'")
                .fetch_one(&self.reader)
                .await?;
        super::time_or_none(&row, "due_at")
    }

    /// Everything that an attempt of this delivery needs.
    pub(crate) async fn work(&self, id: DeliveryId) -> Result<Work, StoreError> {
        let row = sqlx::query(
            "SELECT d.event_id, v.name, d.event_version, v.payload, v.context, d.timeout_ms, \
             d.retries, d.endpoint, i.id AS installation_id, i.extension_number, p.organization_id, \
             i.project_id, i.callback_url, i.signing, i.sealed_delivery_secret, \
             i.requested_secrets, i.scopes, i.generation \
             FROM deliveries d JOIN events v ON v.id = d.event_id \
             JOIN installations i ON i.id = d.installation_id \
             JOIN projects p ON p.id = i.project_id WHERE d.id = $1",
        )
        .bind(id.as_bytes())
        .fetch_one(&self.reader)
        .await?;
        let context: Option<String> = row.try_get("context")?;
        Ok(Work {
            event_id: read(&row, "event_id", |id: Vec<u8>| EventId::from_slice(&id))?,
            event: row.try_get("name")?,
            event_version: row.try_get("event_version")?,
            payload: json(&row, "payload")?,
            context: context
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|_| StoreError::Damaged("context"))?,
            timeout_ms: read(&row, "timeout_ms", |ms: i64| u64::try_from(ms))?,
            retries: read(&row, "retries", |retries: i64| u32::try_from(retries))?,
            endpoint: row.try_get("endpoint")?,
            installation: read(&row, "installation_id", |id: i64| id.try_into())?,
            extension_number: row.try_get("extension_number")?,
            organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
            project_id: read(&row, "project_id", |id: i64| id.try_into())?,
            callback_url: row.try_get("callback_url")?,
            signing: read(&row, "signing", |text: String| SigningForm::parse(&text).ok_or(()))?,
            sealed_delivery_secret: row.try_get("sealed_delivery_secret")?,
            requested_secrets: json(&row, "requested_secrets")?,
            scopes: json(&row, "scopes")?,
            generation: row.try_get("generation")?,
        })
    }

    /// Records an attempt and moves its delivery on. Records nothing and returns `false` when the
    /// lease has gone to somebody else.
    pub(crate) async fn complete(
        &self,
        claim: Claim,
        finished: &Finished,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let moved = sqlx::query(
            "UPDATE deliveries SET state = $1, due_at = $2, lease = NULL, updated_at = $3 \
             WHERE id = $4 AND lease = $5",
        )
        .bind(finished.next.state())
        .bind(finished.next.due_at())
        .bind(finished.now.as_millisecond())
        .bind(claim.id.as_bytes())
        .bind(claim.lease.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO attempts (delivery_id, number, started_at, duration_ms, status_code, \
             error, response) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(claim.id.as_bytes())
        .bind(claim.number)
        .bind(finished.started_at.as_millisecond())
        .bind(finished.duration_ms)
        .bind(finished.status_code.map(i64::from))
        .bind(finished.error.as_deref())
        .bind(finished.response.as_deref())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Gives back every claim of a node that is gone, to be taken up again at once.
    pub(crate) async fn release_all(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE deliveries SET due_at = $1, lease = NULL WHERE lease IS NOT NULL")
            .bind(now.as_millisecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Gives a claim back, to be taken up again at once.
    pub(crate) async fn release(&self, claim: Claim, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE deliveries SET due_at = $1, lease = NULL WHERE id = $2 AND lease = $3")
            .bind(now.as_millisecond())
            .bind(claim.id.as_bytes())
            .bind(claim.lease.as_bytes().as_slice())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn claimed(row: &AnyRow, lease: Uuid) -> Result<Claim, StoreError> {
    Ok(Claim {
        id: read(row, "id", |id: Vec<u8>| DeliveryId::from_slice(&id))?,
        lease,
        number: row.try_get("claims")?,
        recorded: row.try_get("recorded")?,
    })
}
