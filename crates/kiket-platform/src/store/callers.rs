//! What the credential of a call is checked against, as it is at that moment.

use jiff::Timestamp;
use kiket_contract::api::installations::State;
use kiket_contract::id::{InstallationId, OrganizationId, ProjectId, WorkspaceTokenId};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::work::SealedDeliverySecret;
use super::{Store, StoreError, json, read, time_or_none};

/// An installation that has a credential.
pub(crate) struct Holder {
    pub(crate) installation: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) extension_number: i64,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) state: State,
    pub(crate) generation: i64,
    /// What its credentials grant beside the project.
    pub(crate) scopes: Vec<String>,
    pub(crate) rate_limit: Option<u32>,
}

/// An organisation that has a workspace token.
pub(crate) struct WorkspaceHolder {
    pub(crate) token: WorkspaceTokenId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// What an installation's deliveries carry in confidence, beside its secrets.
pub(crate) struct Confidential {
    pub(crate) delivery_secret: SealedDeliverySecret,
    pub(crate) headers: Option<Vec<u8>>,
}

/// A statement that reads holders.
macro_rules! holders {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT i.id, e.extension_id, i.extension_number, p.organization_id, i.project_id, \
             i.state, i.generation, i.scopes, i.rate_limit",
            $columns,
            " FROM installations i JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id ",
            $rest
        )
    };
}

impl Store {
    /// The installation that a runtime token names, unless it has been removed.
    pub(crate) async fn token_holder(
        &self,
        installation: InstallationId,
    ) -> Result<Option<Holder>, StoreError> {
        sqlx::query(holders!("", "WHERE i.id = $1 AND i.state <> 'removed'"))
            .bind(i64::from(installation))
            .fetch_optional(&self.reader)
            .await?
            .map(|row| holder(&row))
            .transpose()
    }

    /// The installation that an API key is of, and when the key ends, by the key's hash.
    pub(crate) async fn api_key_holder(
        &self,
        hash: [u8; 32],
    ) -> Result<Option<(Holder, Option<Timestamp>)>, StoreError> {
        sqlx::query(holders!(
            ", k.ends_at",
            "JOIN api_keys k ON k.installation_id = i.id \
             WHERE k.hash = $1 AND i.state <> 'removed'"
        ))
        .bind(hash.as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(|row| Ok((holder(&row)?, time_or_none(&row, "ends_at")?)))
        .transpose()
    }

    /// The organisation that a workspace token is of, by the token's hash.
    pub(crate) async fn workspace_token_holder(
        &self,
        hash: [u8; 32],
    ) -> Result<Option<WorkspaceHolder>, StoreError> {
        sqlx::query(
            "SELECT id, organization_id, scopes, expires_at FROM workspace_tokens WHERE hash = $1",
        )
        .bind(hash.as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(|row| {
            Ok(WorkspaceHolder {
                token: read(&row, "id", |id: i64| id.try_into())?,
                organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
                scopes: json(&row, "scopes")?,
                expires_at: time_or_none(&row, "expires_at")?,
            })
        })
        .transpose()
    }

    /// The installations of an extension in an organisation that are not switched off, by number.
    pub(crate) async fn installed_in(
        &self,
        organization: OrganizationId,
        extension_id: &str,
    ) -> Result<Vec<Holder>, StoreError> {
        sqlx::query(holders!(
            "",
            "WHERE e.extension_id = $1 AND p.organization_id = $2 \
             AND i.state IN ('active', 'paused') ORDER BY i.id"
        ))
        .bind(extension_id)
        .bind(i64::from(organization))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(holder)
        .collect()
    }

    /// Whose a project is, if it is known.
    pub(crate) async fn project_owner(
        &self,
        project: ProjectId,
    ) -> Result<Option<OrganizationId>, StoreError> {
        sqlx::query("SELECT organization_id FROM projects WHERE id = $1")
            .bind(i64::from(project))
            .fetch_optional(&self.reader)
            .await?
            .map(|row| read(&row, "organization_id", |id: i64| id.try_into()))
            .transpose()
    }

    /// What an installation's deliveries carry in confidence, beside its secrets.
    pub(crate) async fn confidential(
        &self,
        installation: InstallationId,
    ) -> Result<Confidential, StoreError> {
        let row = sqlx::query(
            "SELECT sealed_delivery_secret, sealed_next_delivery_secret, next_secret_at, \
             sealed_headers FROM installations WHERE id = $1",
        )
        .bind(i64::from(installation))
        .fetch_one(&self.reader)
        .await?;
        let next: Option<Vec<u8>> = row.try_get("sealed_next_delivery_secret")?;
        Ok(Confidential {
            delivery_secret: SealedDeliverySecret {
                current: row.try_get("sealed_delivery_secret")?,
                next: next.zip(time_or_none(&row, "next_secret_at")?),
            },
            headers: row.try_get("sealed_headers")?,
        })
    }
}

fn holder(row: &AnyRow) -> Result<Holder, StoreError> {
    Ok(Holder {
        installation: read(row, "id", |id: i64| id.try_into())?,
        extension_id: row.try_get("extension_id")?,
        extension_number: row.try_get("extension_number")?,
        organization_id: read(row, "organization_id", |id: i64| id.try_into())?,
        project_id: read(row, "project_id", |id: i64| id.try_into())?,
        state: read(row, "state", |state: String| State::parse(&state).ok_or(()))?,
        generation: row.try_get("generation")?,
        scopes: json(row, "scopes")?,
        rate_limit: read(row, "rate_limit", |limit: Option<i64>| {
            limit.map(u32::try_from).transpose()
        })?,
    })
}
