//! Secrets: sealed before they are stored, opened just in time for one attempt.

pub(crate) mod master_key;
pub(crate) mod seal;

use std::collections::BTreeMap;

use kiket_contract::api::secrets::{LARGEST_TOTAL, is_valid_key};
use kiket_contract::id::InstallationId;
use kiket_contract::payload::SecretStatus;
use kiket_contract::secret::Secret;

use crate::core::Core;
use crate::error::Error;
use crate::store::secrets::SealedSecret;
use seal::{Place, SealError, Sealer};
use zeroize::Zeroizing;

/// What stands around a key in a delivery's body: its quotes, a colon and a comma.
const AROUND: usize = 4;

fn place(row: &str) -> Place<'_> {
    Place { table: "secrets", row, column: "sealed_value" }
}

fn row(installation: InstallationId, key: &str) -> String {
    format!("{installation}/{key}")
}

/// Opens a sealed text.
pub(crate) fn open_text(
    sealer: &Sealer,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<Secret, SealError> {
    let bytes = sealer.open(place, sealed)?;
    Ok(Secret::from(String::from_utf8_lossy(&bytes).as_ref()))
}

/// Seals one secret of an installation for the store.
///
/// # Errors
/// When the key is not 1 to 128 of `[A-Za-z0-9._-]`.
pub(crate) fn seal_secret(
    sealer: &Sealer,
    installation: InstallationId,
    key: &str,
    value: &Secret,
) -> Result<SealedSecret, Error> {
    if !is_valid_key(key) {
        return Err(Error::SecretKey { key: key.chars().take(128).collect() });
    }
    let sealed_value = sealer.seal(place(&row(installation, key)), value.expose().as_bytes())?;
    let size = i64::try_from(key.len() + AROUND + size_in_json(value)).unwrap_or(i64::MAX);
    Ok(SealedSecret { key: key.to_owned(), sealed_value, size })
}

/// How many bytes a secret takes in a delivery's body.
fn size_in_json(secret: &Secret) -> usize {
    Zeroizing::new(serde_json::Value::from(secret.expose()).to_string()).len()
}

/// Stores one secret of an installation, in place of an earlier value.
pub(crate) async fn set(
    core: &Core,
    installation: InstallationId,
    key: &str,
    value: &Secret,
) -> Result<(), Error> {
    let sealed = seal_secret(&core.sealer, installation, key, value)?;
    if core.store.put_secret(installation, &sealed, LARGEST_TOTAL, core.now()).await? {
        Ok(())
    } else {
        Err(Error::TooManySecrets { most: LARGEST_TOTAL })
    }
}

/// Those of an installation's secrets whose keys are wanted.
pub(crate) async fn stored(
    core: &Core,
    installation: InstallationId,
    wanted: impl Fn(&String) -> bool,
) -> Result<BTreeMap<String, Secret>, Error> {
    let mut values = BTreeMap::new();
    for (key, sealed) in core.store.secrets_of(installation).await? {
        if wanted(&key) {
            let value = open_text(&core.sealer, place(&row(installation, &key)), &sealed)?;
            values.insert(key, value);
        }
    }
    Ok(values)
}

/// What a delivery carries: those of the requested secrets that have a value, and the keys of those
/// that have none.
pub(crate) async fn just_in_time(
    core: &Core,
    installation: InstallationId,
    requested: &[String],
) -> Result<(BTreeMap<String, Secret>, SecretStatus), Error> {
    if requested.is_empty() {
        return Ok((BTreeMap::new(), SecretStatus::default()));
    }
    let mut values = stored(core, installation, |key| requested.contains(key)).await?;
    values.retain(|_, value| !value.is_empty());
    let missing = requested.iter().filter(|key| !values.contains_key(*key)).cloned().collect();
    Ok((values, SecretStatus { missing }))
}
