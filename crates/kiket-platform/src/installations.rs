//! The life of an installation: set up from a manifest, looked after, removed.
//!
//! Everything that a request brings is read and checked before the first row is written, and what
//! belongs together is written in one transaction, so nothing is ever half installed.

mod configuration;
pub(crate) mod content;
mod from_manifest;
mod headers;
pub(crate) mod keys;
pub(crate) mod life;
mod listening;
pub(crate) mod sealed;
pub(crate) mod update;
pub(crate) mod upgrade;

use std::collections::BTreeMap;

use kiket_contract::api::installations::{
    Installation, Installed, ListInstallations, NewInstallation,
};
use kiket_contract::api::secrets::LARGEST_TOTAL;
use kiket_contract::event::extension::InstallationChanged;
use kiket_contract::id::InstallationId;
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;

use crate::core::Core;
use crate::custom_data;
use crate::error::Error;
use crate::secrets::{self, SecretError};
use crate::store::installations as rows;
use crate::store::secrets::Owner;
use life::told;

/// How long a runtime token may live, in minutes.
const TOKEN_MINUTES: std::ops::RangeInclusive<i64> = 1..=60;

/// Sets an extension up in a project. The same extension in the same project is replaced in place
/// if the request says so: its waiting deliveries go to the new address, its stored secrets stay,
/// and delivery secret and API key are the new ones from now on.
pub(crate) async fn install(core: &Core, new: NewInstallation) -> Result<Installed, Error> {
    let content::Read { manifest, findings } =
        content::read(&new.manifest, new.callback_url.is_some())?;
    let prepared = prepare(core, &manifest, new);
    let Prepared { row, delivery_secret, api_key, headers, secrets } =
        prepared.map_err(|error| content::with_findings(error, &findings))?;
    let kept = secrets::keep_all(core, &secrets).await?;
    let seal = |placed: &rows::Placed| -> Result<_, Error> {
        let id = placed.id;
        Ok(rows::Parts {
            delivery_secret: sealed::seal_delivery_secret(&core.sealer, id, &delivery_secret)?,
            headers: sealed::seal_both_headers(&core.sealer, (id, placed.revision), &headers)?,
            secrets: kept
                .iter()
                .map(|one| one.seal(&core.sealer, Owner::Installation(id)))
                .collect::<Result<_, _>>()?,
            raises: raised(core, &row, placed).into_iter().collect(),
        })
    };
    let written = core.store.install(&row, LARGEST_TOTAL, seal).await;
    if !matches!(written, Ok(rows::Written::As(_))) {
        secrets::discard(core, &kept).await;
    }
    let id = match written? {
        rows::Written::As(id) => id,
        rows::Written::ProjectOf(owner) => {
            return Err(Error::ProjectElsewhere { project: row.project_id, owner });
        }
        rows::Written::AlreadyThere(installation) => {
            return Err(Error::AlreadyInstalled { installation });
        }
        rows::Written::TooManySecrets => {
            return Err(SecretError::TooMany { most: LARGEST_TOTAL }.into());
        }
        rows::Written::Schema(made) => {
            return Err(custom_data::refused(made));
        }
    };
    core.wake.notify_one();
    Ok(Installed { installation: show(core, id).await?, delivery_secret, api_key, findings })
}

/// One installation, a removed one too.
pub(crate) async fn show(core: &Core, id: InstallationId) -> Result<Installation, Error> {
    core.store.installation(id, core.now()).await?.ok_or_else(|| missing(id))
}

/// The installations that fit, from after one: a page, and one more to see whether any follow.
pub(crate) async fn list(
    core: &Core,
    wanted: &ListInstallations,
    after: Option<InstallationId>,
) -> Result<Vec<Installation>, Error> {
    let ids = core.store.installation_ids(wanted, after).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(show(core, id).await?);
    }
    Ok(found)
}

/// An installation that is ready to be written, with what is sealed for it.
struct Prepared {
    row: rows::NewInstallation,
    delivery_secret: Secret,
    api_key: Secret,
    headers: BTreeMap<String, Secret>,
    secrets: BTreeMap<String, Secret>,
}

fn prepare(
    core: &Core,
    manifest: &kiket_manifest::Manifest,
    new: NewInstallation,
) -> Result<Prepared, Error> {
    let callback_url = from_manifest::callback_url(manifest, new.callback_url)?;
    let content = content::content(core, manifest, callback_url)?;
    let given = configuration::check(manifest, new.configuration)?;
    let set = given.secrets.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let secrets = set.chain(new.secrets).collect();
    let mut values = given.values;
    values.retain(|_, value| !value.is_null());
    let api_key = keys::new_api_key()?;
    let sdk = manifest.sdk.as_ref().map(|sdk| sdk.as_str());
    Ok(Prepared {
        row: rows::NewInstallation {
            extension_id: manifest.id.value.clone(),
            organization_id: new.organization_id,
            project_id: new.project_id,
            signing: new.signing.unwrap_or_else(|| SigningForm::for_sdk(sdk)),
            configuration: serde_json::Value::Object(values).to_string(),
            token_minutes: token_minutes(new.token_minutes)?,
            api_key_hash: crate::tokens::hash(&api_key),
            modules: rows::WantedModules {
                modules: custom_data::modules::read(new.modules, new.seeds)?,
                consent: new.accept_data_loss,
                owner: (new.organization_id.into(), new.project_id.into()),
                now: custom_data::now(core),
            },
            replace: new.replace,
            content,
            now: core.now(),
        },
        delivery_secret: from_manifest::delivery_secret(manifest, new.delivery_secret)?,
        api_key,
        headers: headers::headers(manifest, &new.headers, BTreeMap::new())?,
        secrets,
    })
}

fn token_minutes(given: Option<i64>) -> Result<Option<i64>, Error> {
    match given {
        Some(minutes) if !TOKEN_MINUTES.contains(&minutes) => Err(Error::TokenMinutes { minutes }),
        given => Ok(given),
    }
}

/// What tells of a new installation, or of another version in the place of one.
fn raised(
    core: &Core,
    row: &rows::NewInstallation,
    placed: &rows::Placed,
) -> Option<crate::store::events::NewEvent> {
    let version = row.content.extension_version.as_deref();
    let payload =
        InstallationChanged::new(placed.id, &row.extension_id, row.organization_id, row.project_id)
            .with_version(version);
    match &placed.replaces {
        None => Some(told(core, InstallationChanged::INSTALLED, row.project_id, &payload)),
        Some(before) if before.as_deref() == version => None,
        Some(before) => {
            let payload = payload.with_previous(before.as_deref());
            Some(told(core, InstallationChanged::UPGRADED, row.project_id, &payload))
        }
    }
}

fn missing(id: InstallationId) -> Error {
    Error::NoInstallation { installation: id.to_string() }
}
