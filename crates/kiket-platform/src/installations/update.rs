//! Changing the settings of an installation.

use std::collections::BTreeMap;

use kiket_contract::api::installations::{Installation, InstallationUpdate};
use kiket_contract::api::secrets::{LARGEST_TOTAL, is_valid_key};
use kiket_contract::id::InstallationId;
use kiket_contract::secret::Secret;

use super::{configuration, content, life, listening, missing, show};
use crate::core::Core;
use crate::custom_data;
use crate::error::Error;
use crate::secrets::{self, SecretError};
use crate::store::installations::{Changed, Replacement, Update};
use crate::store::secrets::Owner;

/// Changes what the request names, checked as when it is installed.
pub(crate) async fn update(
    core: &Core,
    id: InstallationId,
    wanted: InstallationUpdate,
) -> Result<Installation, Error> {
    let present = life::present(core, id).await?;
    let manifest = content::stored(&present.manifest)?;
    if let Some(url) = &wanted.callback_url {
        let url = core.outbound.check(url)?;
        let hooks = manifest.hooks.iter().enumerate().filter_map(|(at, hook)| {
            Some((format!("hooks[{at}].endpoint"), hook.endpoint.as_ref()?))
        });
        let own = manifest.callback.endpoint.as_ref().map(|own| ("callback.endpoint".into(), own));
        for (member, endpoint) in hooks.chain(own) {
            listening::checked(endpoint, &url, &member)?;
        }
    }
    let given = configuration::check(&manifest, wanted.configuration)?;
    let mut update = Update {
        id,
        seen: present.changes,
        callback_url: wanted.callback_url,
        signing: wanted.signing,
        configuration: given.values,
        secrets: Vec::new(),
        secrets_removed: Vec::new(),
        most_secret_bytes: LARGEST_TOTAL,
        now: core.now(),
    };
    update.set_secrets(core, given.secrets.into_iter().chain(wanted.secrets)).await?;
    store(core, &update, None).await?;
    show(core, id).await
}

impl Update {
    /// Adds secrets to be stored or taken away; a later one of the same key wins.
    pub(super) async fn set_secrets(
        &mut self,
        core: &Core,
        wanted: impl Iterator<Item = (String, Option<Secret>)>,
    ) -> Result<(), Error> {
        let mut set = BTreeMap::new();
        for (key, value) in wanted {
            if !is_valid_key(&key) {
                return Err(SecretError::key(&key).into());
            }
            self.secrets_removed.retain(|removed| *removed != key);
            match value {
                Some(value) => {
                    set.insert(key, value);
                }
                None => {
                    set.remove(&key);
                    self.secrets_removed.push(key);
                }
            }
        }
        for kept in secrets::keep_all(core, &set).await? {
            self.secrets.push(kept.seal(&core.sealer, Owner::Installation(self.id))?);
        }
        Ok(())
    }
}

/// Writes a change of settings, and of the manifest.
pub(super) async fn store(
    core: &Core,
    update: &Update,
    replacement: Option<&Replacement>,
) -> Result<(), Error> {
    let installation = update.id;
    let changed = core.store.change(update, replacement).await;
    if !matches!(changed, Ok(Changed::Done)) {
        secrets::discard_sealed(core, Owner::Installation(installation), &update.secrets).await;
    }
    match changed? {
        Changed::Done => {
            core.wake.notify_one();
            Ok(())
        }
        Changed::TooManySecrets => Err(SecretError::TooMany { most: LARGEST_TOTAL }.into()),
        Changed::Schema(made) => Err(custom_data::refused(made)),
        Changed::Meanwhile => match core.store.present(installation).await? {
            Some(_) => Err(Error::ChangedMeanwhile { installation }),
            None => Err(missing(installation)),
        },
    }
}
