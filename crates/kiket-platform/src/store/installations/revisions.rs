//! The manifests of an installation, the one that it has and those that it had.

use jiff::Timestamp;
use kiket_contract::id::InstallationId;
use kiket_contract::signature::SigningForm;
use serde_json::{Map, Value};
use sqlx::{AnyConnection, Row};

use super::{Changed, Content, SealedHeaders, WantedModules, list, modules};
use crate::store::events::NewEvent;
use crate::store::secrets::{Owner, SealedSecret};
use crate::store::{Store, StoreError, events, hooks, secrets};

/// An installation and the number of one of its revisions.
type Revision = (InstallationId, i64);

/// Another manifest for an installation.
pub(crate) struct Replacement {
    /// Whose it is.
    pub(crate) id: InstallationId,
    /// Its number: a new one, or that of the revision that it goes back to.
    pub(crate) to: i64,
    pub(crate) content: Content,
    pub(crate) headers: Option<SealedHeaders>,
    /// Other modules of custom data, when they change too.
    pub(crate) modules: Option<WantedModules>,
    pub(crate) raises: Vec<NewEvent>,
}

/// Other settings for an installation; what is `None` stays.
pub(crate) struct Update {
    /// Whose they are.
    pub(crate) id: InstallationId,
    /// How often the installation had been written when they were made.
    pub(crate) seen: i64,
    pub(crate) callback_url: Option<String>,
    pub(crate) signing: Option<SigningForm>,
    /// Values of settings; `null` takes one away.
    pub(crate) configuration: Map<String, Value>,
    pub(crate) secrets: Vec<SealedSecret>,
    pub(crate) secrets_removed: Vec<String>,
    pub(crate) most_secret_bytes: usize,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Changes settings, and with them the manifest, when another one is given.
    pub(crate) async fn change(
        &self,
        update: &Update,
        replacement: Option<&Replacement>,
    ) -> Result<Changed, StoreError> {
        let mut transaction = self.writer.begin().await?;
        if !settings(&mut transaction, update).await? {
            return Ok(Changed::Meanwhile);
        }
        if !secrets::fit(&mut transaction, Owner::Installation(update.id), update.most_secret_bytes)
            .await?
        {
            return Ok(Changed::TooManySecrets);
        }
        if let Some(replacement) = replacement {
            replace(&mut transaction, replacement, update.now).await?;
            if let Some(modules) = &replacement.modules {
                let made = modules::replace(&mut transaction, update.id, modules).await?;
                if !made.stands(modules.consent) {
                    return Ok(Changed::Schema(made));
                }
            }
            let raised: Vec<_> = replacement.raises.iter().collect();
            events::raise(&mut transaction, self.plan, &raised).await?;
        }
        transaction.commit().await?;
        Ok(Changed::Done)
    }

    /// The manifest and sealed headers of a revision.
    pub(crate) async fn revision(
        &self,
        (id, number): Revision,
    ) -> Result<Option<(String, Option<Vec<u8>>)>, StoreError> {
        sqlx::query(
            "SELECT manifest, sealed_headers FROM revisions \
             WHERE installation_id = $1 AND number = $2",
        )
        .bind(i64::from(id))
        .bind(number)
        .fetch_optional(&self.reader)
        .await?
        .map(|row| Ok((row.try_get("manifest")?, row.try_get("sealed_headers")?)))
        .transpose()
    }
}

/// Writes the settings, unless the installation has been written since they were made.
async fn settings(connection: &mut AnyConnection, update: &Update) -> Result<bool, StoreError> {
    let id = update.id;
    let row = sqlx::query(
        "SELECT configuration FROM installations \
         WHERE id = $1 AND changes = $2 AND state <> 'removed'",
    )
    .bind(i64::from(id))
    .bind(update.seen)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let mut configuration: Map<String, Value> = crate::store::json(&row, "configuration")?;
    configuration.extend(update.configuration.clone());
    configuration.retain(|_, value| !value.is_null());
    sqlx::query(
        "UPDATE installations SET configuration = $1, \
         callback_url = COALESCE($2, callback_url), signing = COALESCE($3, signing), \
         updated_at = $4, changes = changes + 1 WHERE id = $5",
    )
    .bind(Value::Object(configuration).to_string())
    .bind(update.callback_url.as_deref())
    .bind(update.signing.map(SigningForm::as_str))
    .bind(update.now.as_millisecond())
    .bind(i64::from(id))
    .execute(&mut *connection)
    .await?;
    let owner = Owner::Installation(id);
    for secret in &update.secrets {
        secrets::upsert(connection, owner, secret, update.now).await?;
    }
    for key in &update.secrets_removed {
        secrets::set_aside(connection, owner, key, update.now).await?;
    }
    Ok(true)
}

async fn replace(
    connection: &mut AnyConnection,
    replacement: &Replacement,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Replacement { id, to, content, headers, .. } = replacement;
    let to = (*id, *to);
    let headers = headers.as_ref();
    let sealed = headers.map(|headers| headers.revision.as_slice());
    add(connection, to, content, sealed, now).await?;
    let sealed = headers.map(|headers| headers.installation.as_slice());
    write(connection, to, content, sealed, now).await
}

/// The number that an installation's next revision gets.
pub(super) async fn next(
    connection: &mut AnyConnection,
    id: InstallationId,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) AS last FROM revisions \
         WHERE installation_id = $1",
    )
    .bind(i64::from(id))
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>("last")? + 1)
}

/// Writes down a revision; the one that the installation has now is its previous one. Of a revision
/// that is there already only the headers change.
pub(super) async fn add(
    connection: &mut AnyConnection,
    (id, number): Revision,
    content: &Content,
    sealed_headers: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO revisions (installation_id, number, previous, extension_version, manifest, \
         sealed_headers, created_at) VALUES ($1, $2, \
         (SELECT NULLIF(revision, 0) FROM installations WHERE id = $1), $3, $4, $5, $6) \
         ON CONFLICT (installation_id, number) DO UPDATE SET \
         sealed_headers = excluded.sealed_headers",
    )
    .bind(i64::from(id))
    .bind(number)
    .bind(content.extension_version.as_deref())
    .bind(&content.manifest)
    .bind(sealed_headers)
    .bind(now.as_millisecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives an installation the content of a revision.
pub(super) async fn write(
    connection: &mut AnyConnection,
    (id, number): Revision,
    content: &Content,
    sealed_headers: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE installations SET extension_version = $1, manifest = $2, callback_url = $3, \
         requested_secrets = $4, scopes = $5, rate_limit = $6, operations = $7, \
         sealed_headers = $8, revision = $9, updated_at = $10, changes = changes + 1 \
         WHERE id = $11",
    )
    .bind(content.extension_version.as_deref())
    .bind(&content.manifest)
    .bind(&content.callback_url)
    .bind(list(&content.requested_secrets))
    .bind(list(&content.scopes))
    .bind(content.rate_limit.map(i64::from))
    .bind(serde_json::json!(content.operations).to_string())
    .bind(sealed_headers)
    .bind(number)
    .bind(now.as_millisecond())
    .bind(i64::from(id))
    .execute(&mut *connection)
    .await?;
    hooks::replace(connection, id, &content.hooks).await
}
