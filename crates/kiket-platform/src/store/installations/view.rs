//! Installations as they are read.

use jiff::Timestamp;
use kiket_contract::api::installations::{
    Hook, Installation, ListInstallations, Rotation, State, StoredSecret,
};
use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};
use kiket_contract::signature::SigningForm;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::store::{Store, StoreError, json, read, time, time_or_none};

/// What a change of an installation starts from.
pub(crate) struct Present {
    pub(crate) id: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) extension_version: Option<String>,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    /// The manifest as JSON, without its secrets.
    pub(crate) manifest: String,
    pub(crate) callback_url: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) configuration: serde_json::Map<String, serde_json::Value>,
    pub(crate) sealed_headers: Option<Vec<u8>>,
    pub(crate) revision: i64,
    /// How often it has been written.
    pub(crate) changes: i64,
    /// The number that the next revision gets.
    pub(crate) next_revision: i64,
    /// The revision that a rollback goes back to.
    pub(crate) previous_revision: Option<i64>,
}

impl Store {
    /// One installation, a removed one too.
    pub(crate) async fn installation(
        &self,
        id: InstallationId,
        now: Timestamp,
    ) -> Result<Option<Installation>, StoreError> {
        let row = sqlx::query(
            "SELECT i.id, e.extension_id, i.extension_version, p.organization_id, i.project_id, \
             i.state, i.callback_url, i.signing, i.configuration, i.scopes, i.requested_secrets, \
             i.next_secret_at, i.token_minutes, i.revision, i.created_at, i.updated_at FROM installations i \
             JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id WHERE i.id = $1",
        )
        .bind(i64::from(id))
        .fetch_optional(&self.reader)
        .await?;
        match row {
            Some(row) => self.assemble(&row, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The numbers of the installations that fit, in their order: one more than a page holds, from
    /// after one.
    pub(crate) async fn installation_ids(
        &self,
        wanted: &ListInstallations,
        after: Option<InstallationId>,
    ) -> Result<Vec<InstallationId>, StoreError> {
        sqlx::query(
            "SELECT i.id FROM installations i \
             JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id WHERE i.id > $1 \
             AND p.organization_id = COALESCE(CAST($2 AS BIGINT), p.organization_id) \
             AND i.project_id = COALESCE(CAST($3 AS BIGINT), i.project_id) \
             AND e.extension_id = COALESCE(CAST($4 AS TEXT), e.extension_id) \
             AND ((CAST($5 AS TEXT) IS NULL AND i.state <> 'removed') \
             OR i.state = CAST($5 AS TEXT)) ORDER BY i.id LIMIT $6",
        )
        .bind(after.map_or(0, i64::from))
        .bind(wanted.organization_id.map(i64::from))
        .bind(wanted.project_id.map(i64::from))
        .bind(wanted.extension_id.as_deref())
        .bind(wanted.state.map(State::as_str))
        .bind(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| read(row, "id", |id: i64| id.try_into()))
        .collect()
    }

    /// What a change of an installation starts from, unless it has been removed.
    pub(crate) async fn present(&self, id: InstallationId) -> Result<Option<Present>, StoreError> {
        let row = sqlx::query(
            "SELECT i.id, e.extension_id, i.extension_version, p.organization_id, i.project_id, \
             i.manifest, i.callback_url, i.scopes, i.configuration, i.sealed_headers, i.revision, \
             i.changes, r.previous, (SELECT MAX(number) FROM revisions n WHERE n.installation_id = i.id) \
             AS last FROM installations i JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id \
             JOIN revisions r ON r.installation_id = i.id AND r.number = i.revision \
             WHERE i.id = $1 AND i.state <> 'removed'",
        )
        .bind(i64::from(id))
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            Ok(Present {
                id,
                extension_id: row.try_get("extension_id")?,
                extension_version: row.try_get("extension_version")?,
                organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
                project_id: read(&row, "project_id", |id: i64| id.try_into())?,
                manifest: row.try_get("manifest")?,
                callback_url: row.try_get("callback_url")?,
                scopes: json(&row, "scopes")?,
                configuration: json(&row, "configuration")?,
                sealed_headers: row.try_get("sealed_headers")?,
                revision: row.try_get("revision")?,
                changes: row.try_get("changes")?,
                next_revision: row.try_get::<i64, _>("last")? + 1,
                previous_revision: row.try_get("previous")?,
            })
        })
        .transpose()
    }

    /// The keys of the secrets that are stored for an installation.
    pub(crate) async fn secret_keys(&self, id: InstallationId) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT key FROM secrets WHERE installation_id = $1 ORDER BY key")
            .bind(i64::from(id))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("key")?)).collect()
    }

    async fn assemble(&self, row: &AnyRow, now: Timestamp) -> Result<Installation, StoreError> {
        let id = read(row, "id", |id: i64| id.try_into())?;
        let next_secret_at = time_or_none(row, "next_secret_at")?;
        Ok(Installation {
            id,
            extension_id: row.try_get("extension_id")?,
            extension_version: row.try_get("extension_version")?,
            organization_id: read(row, "organization_id", |id: i64| id.try_into())?,
            project_id: read(row, "project_id", |id: i64| id.try_into())?,
            state: read(row, "state", |state: String| State::parse(&state).ok_or(()))?,
            callback_url: row.try_get("callback_url")?,
            signing: read(row, "signing", |text: String| SigningForm::parse(&text).ok_or(()))?,
            token_minutes: row.try_get("token_minutes")?,
            configuration: json(row, "configuration")?,
            scopes: json(row, "scopes")?,
            hooks: self.hooks_of(id).await?,
            modules: self.modules_of(id).await?,
            secrets: stored(
                &json::<Vec<String>>(row, "requested_secrets")?,
                self.secret_keys(id).await?,
            ),
            delivery_secret_rotation: next_secret_at
                .filter(|signs_at| *signs_at > now)
                .map(|signs_at| Rotation { signs_at }),
            revision: row.try_get("revision")?,
            created_at: time(row, "created_at")?,
            updated_at: time(row, "updated_at")?,
        })
    }

    async fn hooks_of(&self, id: InstallationId) -> Result<Vec<Hook>, StoreError> {
        sqlx::query(
            "SELECT event, version, endpoint, timeout_ms, retries, required, token_minutes, \
             disabled_reason FROM hooks WHERE installation_id = $1 ORDER BY id",
        )
        .bind(i64::from(id))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| {
            Ok(Hook {
                event: row.try_get("event")?,
                version: row.try_get("version")?,
                endpoint: row.try_get("endpoint")?,
                timeout_ms: row.try_get("timeout_ms")?,
                retries: row.try_get("retries")?,
                required: row.try_get::<i64, _>("required")? != 0,
                token_minutes: row.try_get("token_minutes")?,
                disabled_reason: row.try_get("disabled_reason")?,
            })
        })
        .collect()
    }
}

/// The requested secrets, then those that are only stored.
fn stored(requested: &[String], keys: Vec<String>) -> Vec<StoredSecret> {
    let asked = requested.iter().map(|key| StoredSecret {
        key: key.clone(),
        requested: true,
        is_set: keys.contains(key),
    });
    let others = keys.iter().filter(|key| !requested.contains(key)).map(|key| StoredSecret {
        key: key.clone(),
        requested: false,
        is_set: true,
    });
    asked.chain(others).collect()
}
