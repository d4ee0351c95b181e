//! Workspace tokens, by their hashes.

use jiff::Timestamp;
use kiket_contract::api::workspace_tokens::{ListWorkspaceTokens, WorkspaceToken};
use kiket_contract::id::{OrganizationId, WorkspaceTokenId};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, json, read, time, time_or_none};

/// A token to be written.
pub(crate) struct NewToken {
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    /// How the token begins.
    pub(crate) prefix: String,
    /// SHA-256 of the token.
    pub(crate) hash: [u8; 32],
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
}

impl Store {
    /// Writes a token and returns its number.
    pub(crate) async fn add_workspace_token(
        &self,
        token: &NewToken,
    ) -> Result<WorkspaceTokenId, StoreError> {
        let row = sqlx::query(
            "INSERT INTO workspace_tokens (organization_id, name, prefix, hash, scopes, \
             expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(i64::from(token.organization_id))
        .bind(&token.name)
        .bind(&token.prefix)
        .bind(token.hash.as_slice())
        .bind(serde_json::Value::from(token.scopes.as_slice()).to_string())
        .bind(token.expires_at.map(Timestamp::as_millisecond))
        .bind(token.created_at.as_millisecond())
        .fetch_one(&self.writer)
        .await?;
        read(&row, "id", |id: i64| id.try_into())
    }

    /// The tokens that fit, in the order of their making: one more than a page holds, from after
    /// one.
    pub(crate) async fn workspace_tokens(
        &self,
        wanted: &ListWorkspaceTokens,
        after: Option<WorkspaceTokenId>,
    ) -> Result<Vec<WorkspaceToken>, StoreError> {
        sqlx::query(
            "SELECT id, organization_id, name, prefix, scopes, expires_at, created_at \
             FROM workspace_tokens WHERE id > $1 \
             AND organization_id = COALESCE(CAST($2 AS BIGINT), organization_id) \
             ORDER BY id LIMIT $3",
        )
        .bind(after.map_or(0, i64::from))
        .bind(wanted.organization_id.map(i64::from))
        .bind(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(token)
        .collect()
    }

    /// Deletes a token, and returns whether there was one.
    pub(crate) async fn remove_workspace_token(
        &self,
        id: WorkspaceTokenId,
    ) -> Result<bool, StoreError> {
        let removed = sqlx::query("DELETE FROM workspace_tokens WHERE id = $1")
            .bind(i64::from(id))
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() > 0)
    }
}

fn token(row: &AnyRow) -> Result<WorkspaceToken, StoreError> {
    Ok(WorkspaceToken {
        id: read(row, "id", |id: i64| id.try_into())?,
        name: row.try_get("name")?,
        token_prefix: row.try_get("prefix")?,
        scopes: json(row, "scopes")?,
        organization_id: read(row, "organization_id", |id: i64| id.try_into())?,
        expires_at: time_or_none(row, "expires_at")?,
        created_at: time(row, "created_at")?,
    })
}
