//! Another version of an installation's manifest: previewed, put in place, taken back.
//!
//! An upgrade keeps secrets, settings and credentials. Permissions that the manifest newly asks for
//! need consent, and so does the loss of records that another schema has no place for. Each manifest is kept, without its secrets, so that a rollback can go back to the
//! one before; its permissions had consent then. Settings that a manifest does not know any more
//! stay for a rollback.

use std::collections::{BTreeMap, BTreeSet};

use kiket_contract::api::custom_data::SchemaChange;
use kiket_contract::api::installations::{
    ManifestFinding, NewUpgrade, PermissionChange, Upgrade, UpgradeChanges, VersionChange,
};
use kiket_contract::api::secrets::LARGEST_TOTAL;
use kiket_contract::event::extension::InstallationChanged;
use kiket_contract::id::InstallationId;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_manifest::Manifest;

use super::configuration::{self, Given};
use super::content::{self, with_findings};
use super::{headers, life, sealed, show, update};
use crate::core::Core;
use crate::custom_data;
use crate::error::Error;
use crate::store::installations::{Content, Present, Replacement, Update, WantedModules};

/// Puts another version of the manifest in place, or shows what that would change.
pub(crate) async fn upgrade(
    core: &Core,
    id: InstallationId,
    wanted: NewUpgrade,
) -> Result<Upgrade, Error> {
    let present = life::present(core, id).await?;
    // Its address is in use already, so the manifest's may be missing.
    let content::Read { manifest, findings } = content::read(&wanted.manifest, true)?;
    let prepared = prepare(core, &present, &manifest, &wanted);
    let (content, given, headers) = prepared.map_err(|error| with_findings(error, &findings))?;
    let mut changes = changes(core, &present, &content).await?;
    let comes = |key: &String| {
        wanted.secrets.contains_key(key) || matches!(given.secrets.get(key), Some(Some(_)))
    };
    changes.secrets_required.retain(|key| !comes(key));
    let modules = modules(core, &present, (wanted.modules, wanted.seeds, wanted.accept_data_loss))?;
    if let Some(modules) = &modules {
        changes.custom_data = preview(core, id, modules).await?;
    }
    if wanted.preview {
        return shown(core, id, (false, changes, findings)).await;
    }
    if !changes.permissions.added.is_empty() && !wanted.accept_permissions {
        return Err(Error::PermissionsNotAccepted { added: changes.permissions.added });
    }
    let mut update = unchanged(core, &present);
    update.configuration = given.values;
    // What has become secret stands nowhere in the clear.
    let secret = given.secrets.keys().map(|key| (key.clone(), serde_json::Value::Null));
    update.configuration.extend(secret);
    let secrets = wanted.secrets.into_iter().map(|(key, value)| (key, Some(value)));
    update.set_secrets(core, given.secrets.into_iter().chain(secrets)).await?;
    let is_same = content.manifest == present.manifest;
    let to = if is_same { present.revision } else { present.next_revision };
    let mut replacement = replacement(core, &present, to, (content, &headers))?;
    replacement.modules = modules;
    update::store(core, &update, Some(&replacement)).await?;
    shown(core, id, (true, changes, findings)).await
}

/// Schemas and seeds, and whether a loss was consented to.
type GivenModules = (Option<BTreeMap<String, String>>, BTreeMap<String, Vec<String>>, bool);

/// The modules that are to be there from now on, when the request says anything of them.
fn modules(
    core: &Core,
    present: &Present,
    (modules, seeds, consent): GivenModules,
) -> Result<Option<WantedModules>, Error> {
    let Some(modules) = modules else { return Ok(None) };
    Ok(Some(WantedModules {
        modules: custom_data::modules::read(modules, seeds)?,
        consent,
        owner: (present.organization_id.into(), present.project_id.into()),
        now: custom_data::now(core),
    }))
}

/// What the modules change in the tables.
async fn preview(
    core: &Core,
    id: InstallationId,
    WantedModules { modules, owner, now, .. }: &WantedModules,
) -> Result<Vec<SchemaChange>, Error> {
    custom_data::outcome(core.store.preview_modules(id, modules, (*owner, *now)).await?)
}

/// Goes back to the manifest before.
pub(crate) async fn rollback(core: &Core, id: InstallationId) -> Result<Upgrade, Error> {
    let present = life::present(core, id).await?;
    let nothing = || Error::NothingToRollBackTo { installation: id };
    let to = present.previous_revision.ok_or_else(nothing)?;
    let (text, sealed) = core.store.revision((id, to)).await?.ok_or_else(nothing)?;
    let manifest = content::stored(&text)?;
    let callback_url = callback_url(&present, &manifest, None)?;
    let content = content::content(core, &manifest, callback_url)?;
    let headers = sealed::open_revision_headers(&core.sealer, (id, to), sealed.as_deref())?;
    let changes = changes(core, &present, &content).await?;
    let replacement = replacement(core, &present, to, (content, &headers))?;
    update::store(core, &unchanged(core, &present), Some(&replacement)).await?;
    shown(core, id, (true, changes, Vec::new())).await
}

type Prepared = (Content, Given, BTreeMap<String, Secret>);

/// Checks everything that the request brings.
fn prepare(
    core: &Core,
    present: &Present,
    manifest: &Manifest,
    wanted: &NewUpgrade,
) -> Result<Prepared, Error> {
    if manifest.id.value != present.extension_id {
        return Err(Error::OtherExtension {
            given: manifest.id.value.clone(),
            installed: present.extension_id.clone(),
        });
    }
    let callback_url = callback_url(present, manifest, wanted.callback_url.clone())?;
    let content = content::content(core, manifest, callback_url)?;
    let mut values = present.configuration.clone();
    values.retain(|key, _| !wanted.configuration.contains_key(key));
    values.retain(|key, _| manifest.setting(key).is_some());
    let problems = configuration::misfits(manifest, &values);
    if !problems.is_empty() {
        return Err(Error::Configuration { problems });
    }
    let given = configuration::check(manifest, wanted.configuration.clone())?;
    let sealed = present.sealed_headers.as_deref();
    let earlier = sealed::open_headers(&core.sealer, present.id, sealed)?;
    let headers = headers::headers(manifest, &wanted.headers, earlier)?;
    Ok((content, given, headers))
}

/// Where deliveries go: the request's address; else the new manifest's, where the old one's was in
/// use; else the one in use.
fn callback_url(
    present: &Present,
    manifest: &Manifest,
    given: Option<String>,
) -> Result<String, Error> {
    let own = |manifest: &Manifest| manifest.callback.url.as_ref()?.resolve(|_| None).ok();
    let followed =
        own(&content::stored(&present.manifest)?).as_ref() == Some(&present.callback_url);
    let followed = if followed { own(manifest) } else { None };
    Ok(given.or(followed).unwrap_or_else(|| present.callback_url.clone()))
}

/// What another manifest changes in an installation.
async fn changes(
    core: &Core,
    present: &Present,
    content: &Content,
) -> Result<UpgradeChanges, Error> {
    let shown = show(core, present.id).await?;
    let name = |event: &str, version: Option<&str>| match version {
        Some(version) => format!("{event}@{version}"),
        None => event.to_owned(),
    };
    let before: BTreeSet<_> =
        shown.hooks.iter().map(|hook| name(&hook.event, hook.version.as_deref())).collect();
    let after: BTreeSet<_> =
        content.hooks.iter().map(|hook| name(&hook.event, hook.version.as_deref())).collect();
    let is_needed = |key: &&String| !shown.secrets.iter().any(|known| known.key == **key);
    Ok(UpgradeChanges {
        version: VersionChange {
            from: present.extension_version.clone(),
            to: content.extension_version.clone(),
        },
        hooks_added: after.difference(&before).cloned().collect(),
        hooks_removed: before.difference(&after).cloned().collect(),
        permissions: PermissionChange {
            added: beyond(&content.scopes, &present.scopes),
            removed: beyond(&present.scopes, &content.scopes),
        },
        secrets_required: content.requested_secrets.iter().filter(is_needed).cloned().collect(),
        custom_data: Vec::new(),
    })
}

/// Those scopes that the others do not grant.
fn beyond(scopes: &[String], others: &[String]) -> Vec<String> {
    let wanted: Vec<_> = scopes.iter().map(String::as_str).collect();
    scope::missing(others, &wanted).into_iter().map(str::to_owned).collect()
}

fn unchanged(core: &Core, present: &Present) -> Update {
    Update {
        id: present.id,
        seen: present.changes,
        callback_url: None,
        signing: None,
        configuration: serde_json::Map::new(),
        secrets: Vec::new(),
        secrets_removed: Vec::new(),
        most_secret_bytes: LARGEST_TOTAL,
        now: core.now(),
    }
}

fn replacement(
    core: &Core,
    present: &Present,
    to: i64,
    (content, headers): (Content, &BTreeMap<String, Secret>),
) -> Result<Replacement, Error> {
    let mut raises = Vec::new();
    if content.extension_version != present.extension_version {
        let payload = life::about(present)
            .with_version(content.extension_version.as_deref())
            .with_previous(present.extension_version.as_deref());
        let name = InstallationChanged::UPGRADED;
        raises.push(life::told(core, name, present.project_id, &payload));
    }
    Ok(Replacement {
        id: present.id,
        to,
        content,
        headers: sealed::seal_both_headers(&core.sealer, (present.id, to), headers)?,
        modules: None,
        raises,
    })
}

async fn shown(
    core: &Core,
    id: InstallationId,
    (applied, changes, findings): (bool, UpgradeChanges, Vec<ManifestFinding>),
) -> Result<Upgrade, Error> {
    Ok(Upgrade { applied, changes, findings, installation: show(core, id).await? })
}
