//! Changing the settings of an installation.

use kiket_contract::api::installations::{Installation, InstallationUpdate};
use kiket_contract::api::secrets::{LARGEST_TOTAL, is_valid_key};
use kiket_contract::id::InstallationId;

use super::{configuration, content, life, listening, missing, show};
use crate::core::Core;
use crate::custom_data;
use crate::error::Error;
use crate::secrets::seal_secret;
use crate::store::installations::{Changed, Replacement, Update};

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
    for (key, value) in given.secrets.into_iter().chain(wanted.secrets) {
        update.set_secret(core, id, key, value)?;
    }
    store(core, &update, None).await?;
    show(core, id).await
}

impl Update {
    /// Adds a secret to be stored or taken away; a later one of the same key wins.
    pub(super) fn set_secret(
        &mut self,
        core: &Core,
        id: InstallationId,
        key: String,
        value: Option<kiket_contract::secret::Secret>,
    ) -> Result<(), Error> {
        if !is_valid_key(&key) {
            return Err(Error::SecretKey { key: key.chars().take(128).collect() });
        }
        self.secrets.retain(|secret| secret.key != key);
        self.secrets_removed.retain(|removed| *removed != key);
        match value {
            Some(value) => self.secrets.push(seal_secret(&core.sealer, id, &key, &value)?),
            None => self.secrets_removed.push(key),
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
    match core.store.change(update, replacement).await? {
        Changed::Done => {
            core.wake.notify_one();
            Ok(())
        }
        Changed::TooManySecrets => Err(Error::TooManySecrets { most: LARGEST_TOTAL }),
        Changed::Schema(made) => Err(custom_data::refused(made)),
        Changed::Meanwhile => match core.store.present(installation).await? {
            Some(_) => Err(Error::ChangedMeanwhile { installation }),
            None => Err(missing(installation)),
        },
    }
}
