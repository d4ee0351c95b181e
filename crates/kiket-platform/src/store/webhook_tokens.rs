//! The addresses that third parties reach installations at.

use jiff::Timestamp;
use kiket_contract::id::{InstallationId, ProjectId};
use sqlx::Row;

use super::{Store, StoreError, read};

impl Store {
    /// An installation's token, sealed.
    pub(crate) async fn webhook_token(
        &self,
        installation: InstallationId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query("SELECT sealed_token FROM webhook_tokens WHERE installation_id = $1")
            .bind(i64::from(installation))
            .fetch_optional(&self.reader)
            .await?
            .map(|row| Ok(row.try_get("sealed_token")?))
            .transpose()
    }

    /// Gives an installation a token, unless it has one.
    pub(crate) async fn give_webhook_token(
        &self,
        installation: InstallationId,
        (hash, sealed): ([u8; 32], &[u8]),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO webhook_tokens (installation_id, hash, sealed_token, created_at) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (installation_id) DO NOTHING",
        )
        .bind(i64::from(installation))
        .bind(hash.as_slice())
        .bind(sealed)
        .bind(now.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The installation that a token is of, and its project, unless it is switched off.
    pub(crate) async fn webhook_holder(
        &self,
        hash: [u8; 32],
    ) -> Result<Option<(InstallationId, ProjectId)>, StoreError> {
        sqlx::query(
            "SELECT i.id, i.project_id FROM webhook_tokens w \
             JOIN installations i ON i.id = w.installation_id \
             WHERE w.hash = $1 AND i.state IN ('active', 'paused')",
        )
        .bind(hash.as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(|row| {
            Ok((
                read(&row, "id", |id: i64| id.try_into())?,
                read(&row, "project_id", |id: i64| id.try_into())?,
            ))
        })
        .transpose()
    }
}
