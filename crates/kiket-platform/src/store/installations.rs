//! Installations with their hooks and secrets.

use jiff::Timestamp;
use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};
use kiket_contract::signature::SigningForm;
use sqlx::{AnyConnection, Row};

use super::hooks::{self, Hook};
use super::secrets::SealedSecret;
use super::{Store, StoreError, json, projects, read, time};

/// An installation to be written; its secrets are sealed once its number is known.
pub(crate) struct NewInstallation {
    pub(crate) extension_id: String,
    pub(crate) extension_version: Option<String>,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    /// The manifest as JSON, without its secrets.
    pub(crate) manifest: String,
    pub(crate) callback_url: String,
    pub(crate) signing: SigningForm,
    pub(crate) requested_secrets: Vec<String>,
    /// What its runtime tokens grant beside the project.
    pub(crate) scopes: Vec<String>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) now: Timestamp,
}

/// What is sealed for an installation: its delivery secret and its secrets.
pub(crate) struct SealedParts {
    pub(crate) delivery_secret: Vec<u8>,
    pub(crate) secrets: Vec<SealedSecret>,
}

/// What a call with a runtime token is checked against.
pub(crate) struct TokenHolder {
    pub(crate) extension_id: String,
    pub(crate) extension_number: i64,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) generation: i64,
    pub(crate) scopes: Vec<String>,
}

/// What came of writing an installation.
pub(crate) enum Written {
    /// It is stored under this number, since this time.
    As { id: InstallationId, created_at: Timestamp },
    /// The project belongs to another organisation; nothing was stored.
    ProjectOf(OrganizationId),
    /// Its secrets are larger than they may be; nothing was stored.
    TooManySecrets,
}

impl Store {
    /// Writes an installation whole: project, extension, hooks and secrets. The same extension in
    /// the same project is replaced in place, so that its waiting deliveries go to the new address.
    pub(crate) async fn install<E: From<StoreError>>(
        &self,
        new: &NewInstallation,
        most_secret_bytes: usize,
        seal: impl FnOnce(InstallationId) -> Result<SealedParts, E>,
    ) -> Result<Written, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let owner =
            projects::name(&mut transaction, new.project_id, new.organization_id, new.now).await?;
        if owner != new.organization_id {
            return Ok(Written::ProjectOf(owner));
        }
        let (id, created_at) = write_installation(&mut transaction, new).await?;
        let sealed = seal(id)?;
        write_sealed(&mut transaction, id, &sealed, new.now).await?;
        hooks::replace(&mut transaction, id, &new.hooks).await?;
        let total = super::secrets::total(&mut transaction, id).await?;
        if total > i64::try_from(most_secret_bytes).unwrap_or(i64::MAX) {
            return Ok(Written::TooManySecrets);
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Written::As { id, created_at })
    }

    /// What a call with a runtime token of this installation is checked against.
    pub(crate) async fn token_holder(
        &self,
        installation: InstallationId,
    ) -> Result<Option<TokenHolder>, StoreError> {
        let row = sqlx::query(
            "SELECT e.extension_id, i.extension_number, p.organization_id, i.project_id, \
             i.generation, i.scopes FROM installations i \
             JOIN extensions e ON e.number = i.extension_number \
             JOIN projects p ON p.id = i.project_id \
             WHERE i.id = $1 AND i.state IN ('active', 'paused')",
        )
        .bind(i64::from(installation))
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            Ok(TokenHolder {
                extension_id: row.try_get("extension_id")?,
                extension_number: row.try_get("extension_number")?,
                organization_id: read(&row, "organization_id", |id: i64| id.try_into())?,
                project_id: read(&row, "project_id", |id: i64| id.try_into())?,
                generation: row.try_get("generation")?,
                scopes: json(&row, "scopes")?,
            })
        })
        .transpose()
    }
}

async fn write_installation(
    connection: &mut AnyConnection,
    new: &NewInstallation,
) -> Result<(InstallationId, Timestamp), StoreError> {
    sqlx::query("INSERT INTO extensions (extension_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(&new.extension_id)
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(
        "INSERT INTO installations (extension_number, extension_version, project_id, state, \
         manifest, configuration, callback_url, signing, requested_secrets, scopes, revision, \
         generation, created_at, updated_at) \
         VALUES ((SELECT number FROM extensions WHERE extension_id = $1), $2, $3, 'active', $4, \
         '{}', $5, $6, $7, $8, 1, 1, $9, $9) \
         ON CONFLICT (extension_number, project_id) WHERE state <> 'removed' DO UPDATE SET \
         extension_version = excluded.extension_version, manifest = excluded.manifest, \
         callback_url = excluded.callback_url, signing = excluded.signing, \
         requested_secrets = excluded.requested_secrets, scopes = excluded.scopes, \
         updated_at = excluded.updated_at RETURNING id, created_at",
    )
    .bind(&new.extension_id)
    .bind(new.extension_version.as_deref())
    .bind(i64::from(new.project_id))
    .bind(&new.manifest)
    .bind(&new.callback_url)
    .bind(new.signing.as_str())
    .bind(list(&new.requested_secrets))
    .bind(list(&new.scopes))
    .bind(new.now.as_millisecond())
    .fetch_one(connection)
    .await?;
    Ok((read(&row, "id", |id: i64| id.try_into())?, time(&row, "created_at")?))
}

async fn write_sealed(
    connection: &mut AnyConnection,
    id: InstallationId,
    sealed: &SealedParts,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE installations SET sealed_delivery_secret = $1 WHERE id = $2")
        .bind(sealed.delivery_secret.as_slice())
        .bind(i64::from(id))
        .execute(&mut *connection)
        .await?;
    for secret in &sealed.secrets {
        super::secrets::upsert(connection, id, secret, now).await?;
    }
    Ok(())
}

fn list(items: &[String]) -> String {
    serde_json::Value::from(items).to_string()
}
