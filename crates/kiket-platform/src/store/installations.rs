//! Installations with their hooks and secrets.

mod keys;
mod life;
mod modules;
mod revisions;
mod view;

pub(crate) use life::Removal;
pub(super) use life::bury;
pub(crate) use modules::WantedModules;
pub(crate) use revisions::{Replacement, Update};
pub(crate) use view::Present;

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};
use kiket_contract::signature::SigningForm;
use sqlx::{AnyConnection, Row};

use super::custom_data::Outcome;
use super::events::NewEvent;
use super::hooks::Hook;
use super::secrets::{Owner, SealedSecret};
use super::{Store, StoreError, events, projects, read};

/// What an installation takes from a manifest.
pub(crate) struct Content {
    pub(crate) extension_version: Option<String>,
    /// The manifest as JSON, without its secrets.
    pub(crate) manifest: String,
    pub(crate) callback_url: String,
    pub(crate) requested_secrets: Vec<String>,
    /// What its runtime tokens grant beside the project.
    pub(crate) scopes: Vec<String>,
    /// Calls of one window, where the manifest wants fewer than are usual.
    pub(crate) rate_limit: Option<u32>,
    /// What it may do with modules of custom data, by the module's id.
    pub(crate) operations: BTreeMap<String, Vec<String>>,
    pub(crate) hooks: Vec<Hook>,
}

/// An installation to be written; its secrets are sealed once its number is known.
pub(crate) struct NewInstallation {
    pub(crate) extension_id: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) signing: SigningForm,
    /// Values of settings, as a JSON object.
    pub(crate) configuration: String,
    pub(crate) token_minutes: Option<i64>,
    pub(crate) api_key_hash: [u8; 32],
    pub(crate) modules: WantedModules,
    /// Whether it takes the place of one that is there.
    pub(crate) replace: bool,
    pub(crate) content: Content,
    pub(crate) now: Timestamp,
}

/// Where an installation is written.
pub(crate) struct Placed {
    pub(crate) id: InstallationId,
    /// The number of its revision: a new one, unless the manifest is the one that it has.
    pub(crate) revision: i64,
    /// The version that it takes the place of, when the extension was there already.
    pub(crate) replaces: Option<Option<String>>,
}

/// What is sealed for an installation, and the events that tell of it.
pub(crate) struct Parts {
    pub(crate) delivery_secret: Vec<u8>,
    pub(crate) headers: Option<SealedHeaders>,
    pub(crate) secrets: Vec<SealedSecret>,
    pub(crate) raises: Vec<NewEvent>,
}

/// The same headers, sealed for both rows that hold them.
pub(crate) struct SealedHeaders {
    pub(crate) installation: Vec<u8>,
    pub(crate) revision: Vec<u8>,
}

/// What came of writing an installation.
pub(crate) enum Written {
    /// It is stored under this number.
    As(InstallationId),
    /// The project belongs to another organisation; nothing was stored.
    ProjectOf(OrganizationId),
    /// The extension is installed there already; nothing was stored.
    AlreadyThere(InstallationId),
    /// Its secrets are larger than they may be; nothing was stored.
    TooManySecrets,
    /// Its modules can not be put in place, or not without consent; nothing was stored.
    Schema(Outcome),
}

/// What came of changing an installation.
#[derive(Debug)]
pub(crate) enum Changed {
    Done,
    /// It is not as the change was made for any more, or is gone; nothing was stored.
    Meanwhile,
    /// Its secrets are larger than they may be; nothing was stored.
    TooManySecrets,
    /// Its modules can not be put in place, or not without consent; nothing was stored.
    Schema(Outcome),
}

impl Store {
    /// Writes an installation whole: project, extension, revision, hooks, secrets and the events
    /// that tell of it. The same extension in the same project is replaced in place, if that is
    /// wanted, so that its waiting deliveries go to the new address.
    pub(crate) async fn install<E: From<StoreError>>(
        &self,
        new: &NewInstallation,
        most_secret_bytes: usize,
        seal: impl FnOnce(&Placed) -> Result<Parts, E>,
    ) -> Result<Written, E> {
        let mut transaction = self.writer.begin().await.map_err(StoreError::from)?;
        let owner =
            projects::name(&mut transaction, new.project_id, new.organization_id, new.now).await?;
        if owner != new.organization_id {
            return Ok(Written::ProjectOf(owner));
        }
        let placed = place(&mut transaction, new).await?;
        if placed.replaces.is_some() && !new.replace {
            return Ok(Written::AlreadyThere(placed.id));
        }
        let parts = seal(&placed)?;
        write_parts(&mut transaction, new, &placed, &parts).await?;
        let made = modules::replace(&mut transaction, placed.id, &new.modules).await?;
        if !made.stands(new.modules.consent) {
            return Ok(Written::Schema(made));
        }
        if !super::secrets::fit(&mut transaction, Owner::Installation(placed.id), most_secret_bytes)
            .await?
        {
            return Ok(Written::TooManySecrets);
        }
        let raised: Vec<_> = parts.raises.iter().collect();
        events::raise(&mut transaction, self.plan, &raised).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(Written::As(placed.id))
    }
}

/// Makes the row, or takes the one that is there; its content follows.
async fn place(
    connection: &mut AnyConnection,
    new: &NewInstallation,
) -> Result<Placed, StoreError> {
    sqlx::query("INSERT INTO extensions (extension_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(&new.extension_id)
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(
        "INSERT INTO installations (extension_number, project_id, state, manifest, configuration, \
         callback_url, signing, requested_secrets, scopes, operations, token_minutes, revision, \
         generation, changes, created_at, updated_at) \
         VALUES ((SELECT number FROM extensions WHERE extension_id = $1), $2, 'active', '{}', $3, \
         '', $4, '[]', '[]', '{}', $5, 0, 1, 0, $6, $6) \
         ON CONFLICT (extension_number, project_id) WHERE state <> 'removed' DO UPDATE SET \
         configuration = excluded.configuration, signing = excluded.signing, \
         token_minutes = excluded.token_minutes, changes = installations.changes + 1 \
         RETURNING id, extension_version, manifest, revision",
    )
    .bind(&new.extension_id)
    .bind(i64::from(new.project_id))
    .bind(&new.configuration)
    .bind(new.signing.as_str())
    .bind(new.token_minutes)
    .bind(new.now.as_millisecond())
    .fetch_one(&mut *connection)
    .await?;
    let id = read(&row, "id", |id: i64| id.try_into())?;
    let before: i64 = row.try_get("revision")?;
    let is_there = before > 0;
    let is_same = is_there && row.try_get::<&str, _>("manifest")? == new.content.manifest;
    Ok(Placed {
        id,
        revision: if is_same { before } else { revisions::next(connection, id).await? },
        replaces: if is_there { Some(row.try_get("extension_version")?) } else { None },
    })
}

async fn write_parts(
    connection: &mut AnyConnection,
    new: &NewInstallation,
    placed: &Placed,
    parts: &Parts,
) -> Result<(), StoreError> {
    let id = placed.id;
    sqlx::query(
        "UPDATE installations SET sealed_delivery_secret = $1, sealed_next_delivery_secret = NULL, \
         next_secret_at = NULL WHERE id = $2",
    )
    .bind(parts.delivery_secret.as_slice())
    .bind(i64::from(id))
    .execute(&mut *connection)
    .await?;
    keys::replace(connection, id, new.api_key_hash).await?;
    for secret in &parts.secrets {
        super::secrets::upsert(connection, Owner::Installation(id), secret, new.now).await?;
    }
    let headers = parts.headers.as_ref();
    let sealed = headers.map(|headers| headers.revision.as_slice());
    revisions::add(connection, (id, placed.revision), &new.content, sealed, new.now).await?;
    let sealed = headers.map(|headers| headers.installation.as_slice());
    revisions::write(connection, (id, placed.revision), &new.content, sealed, new.now).await
}

fn list(items: &[String]) -> String {
    serde_json::Value::from(items).to_string()
}
