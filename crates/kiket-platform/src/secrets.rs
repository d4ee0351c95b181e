//! Secrets: sealed before they are stored, opened just in time for one attempt or one call, and never
//! without a record of it.

pub(crate) mod backend;
mod error;
pub(crate) mod master_key;
mod resolution;
pub(crate) mod rotation;
pub(crate) mod seal;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::api::secrets::kept::{KeptSecret, SecretOwner};
use kiket_contract::api::secrets::{self as api, LARGEST_TOTAL, SecretEntry, is_valid_key};
use kiket_contract::id::InstallationId;
use kiket_contract::payload::SecretStatus;
use kiket_contract::secret::Secret;
use tracing::warn;
use zeroize::Zeroizing;

use crate::caller::{Caller, Subject, Who};
use crate::core::Core;
use crate::error::Error;
use crate::store::secret_reads::{Reader, Reads};
use crate::store::secrets::{Owner, Put, SealedSecret, StoredSecret};
pub use error::SecretError;
use resolution::{fitting, resolve};
use seal::{Place, SealError, Sealer};

/// What stands around a key in a delivery's body: its quotes, a colon and a comma.
const AROUND: usize = 4;
/// How long a removed value can be brought back.
const RESTORABLE: SignedDuration = SignedDuration::from_hours(1);

fn place(row: &str) -> Place<'_> {
    Place { table: "secrets", row, column: "sealed_value" }
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

/// How many bytes a secret takes in a delivery's body.
fn size_in_json(secret: &Secret) -> usize {
    Zeroizing::new(serde_json::Value::from(secret.expose()).to_string()).len()
}

/// How many bytes a key takes there, with what stands around it.
fn size_of_key(key: &str) -> usize {
    key.len() + AROUND
}

/// Whether the value has no character, which counts as missing.
fn is_empty(secret: &StoredSecret) -> bool {
    usize::try_from(secret.size).is_ok_and(|size| size <= size_of_key(&secret.key) + "\"\"".len())
}

/// A value that a back end keeps, and what its row is to hold.
pub(crate) struct Kept {
    pub(crate) key: String,
    backend: &'static str,
    held: Zeroizing<Vec<u8>>,
    size: i64,
}

impl Kept {
    /// Seals it for its row.
    pub(crate) fn seal(&self, sealer: &Sealer, owner: Owner) -> Result<SealedSecret, SealError> {
        let sealed_value = sealer.seal(place(&owner.place(&self.key)), &self.held)?;
        let (key, backend, size) = (self.key.clone(), self.backend, self.size);
        Ok(SealedSecret { key, backend, sealed_value, size })
    }
}

fn checked(key: &str) -> Result<(), Error> {
    if is_valid_key(key) { Ok(()) } else { Err(SecretError::key(key).into()) }
}

/// Gives a value to the back end; a row is to follow, or [`discard`].
///
/// # Errors
/// When the key is not 1 to 128 of `[A-Za-z0-9._-]`, or the back end fails.
pub(crate) async fn keep(core: &Core, key: &str, value: &Secret) -> Result<Kept, Error> {
    checked(key)?;
    let (backend, held) = core.backends.keep(key, value).await?;
    let size = i64::try_from(size_of_key(key) + size_in_json(value)).unwrap_or(i64::MAX);
    Ok(Kept { key: key.to_owned(), backend, held, size })
}

/// Gives several values to the back end, once all their keys have been found good.
pub(crate) async fn keep_all(
    core: &Core,
    values: &BTreeMap<String, Secret>,
) -> Result<Vec<Kept>, Error> {
    values.keys().try_for_each(|key| checked(key))?;
    let mut kept = Vec::with_capacity(values.len());
    for (key, value) in values {
        match keep(core, key, value).await {
            Ok(one) => kept.push(one),
            Err(error) => {
                discard(core, &kept).await;
                return Err(error);
            }
        }
    }
    Ok(kept)
}

/// Takes back values whose rows were not written.
pub(crate) async fn discard(core: &Core, kept: &[Kept]) {
    for Kept { key, backend, held, .. } in kept {
        forget(core, key, backend, held).await;
    }
}

/// The same for values that have been sealed already.
pub(crate) async fn discard_sealed(core: &Core, owner: Owner, sealed: &[SealedSecret]) {
    for SealedSecret { key, backend, sealed_value, .. } in sealed {
        match core.sealer.open(place(&owner.place(key)), sealed_value) {
            Ok(held) => forget(core, key, backend, &held).await,
            Err(failure) => warn!(error = %failure, key, "a value was left behind"),
        }
    }
}

async fn forget(core: &Core, key: &str, backend: &str, held: &[u8]) {
    if let Err(failure) = core.backends.forget(backend, held).await {
        warn!(error = %failure, key, "a value that was not stored stays in its back end");
    }
}

/// Stores one secret in place of an earlier value, in one step; only in place of one, when it is to
/// `replace`.
pub(crate) async fn set(
    core: &Core,
    owner: Owner,
    key: &str,
    value: &Secret,
    replace: bool,
) -> Result<(), Error> {
    if value.is_empty() {
        return Err(SecretError::Empty.into());
    }
    let kept = keep(core, key, value).await?;
    let put = match kept.seal(&core.sealer, owner) {
        Ok(sealed) => {
            core.store.put_secret((owner, &sealed), replace, LARGEST_TOTAL, core.now()).await
        }
        Err(failure) => {
            discard(core, &[kept]).await;
            return Err(failure.into());
        }
    };
    if !matches!(put, Ok(Put::Done)) {
        discard(core, &[kept]).await;
    }
    done(put?, key)
}

fn done(put: Put, key: &str) -> Result<(), Error> {
    match put {
        Put::Done => Ok(()),
        Put::Absent => Err(SecretError::absent(key).into()),
        Put::TooMany => Err(SecretError::TooMany { most: LARGEST_TOTAL }.into()),
    }
}

/// Removes a secret; one that is not there is removed already. Says whether there was one.
pub(crate) async fn remove(core: &Core, owner: Owner, key: &str) -> Result<bool, Error> {
    checked(key)?;
    Ok(core.store.remove_secret(owner, key, core.now()).await?)
}

/// Brings back what was removed a moment ago.
pub(crate) async fn restore(core: &Core, owner: Owner, key: &str) -> Result<KeptSecret, Error> {
    checked(key)?;
    let now = core.now();
    done(
        core.store.restore_secret((owner, key), restorable_since(now), LARGEST_TOTAL, now).await?,
        key,
    )?;
    show(core, owner, key).await
}

/// Removals before this time are for good.
fn restorable_since(now: Timestamp) -> Timestamp {
    now.checked_sub(RESTORABLE).unwrap_or(Timestamp::MIN)
}

/// An owner's secrets without their values, from after one.
pub(crate) async fn list(
    core: &Core,
    owner: Owner,
    after: &str,
    most: usize,
) -> Result<Vec<KeptSecret>, Error> {
    let since = restorable_since(core.now());
    let found = core.store.secrets_of_owner(owner, after, since, most).await?;
    Ok(found.into_iter().map(about).collect())
}

/// One secret without its value.
pub(crate) async fn show(core: &Core, owner: Owner, key: &str) -> Result<KeptSecret, Error> {
    let found = core.store.secret_of_owner(owner, key).await?;
    found.map(about).ok_or_else(|| SecretError::absent(key).into())
}

fn about(secret: StoredSecret) -> KeptSecret {
    KeptSecret {
        scope: secret.owner.scope(),
        key: secret.key,
        backend: secret.backend,
        rotation_count: secret.rotation_count,
        rotated_at: secret.rotated_at,
        created_at: secret.created_at,
        updated_at: secret.updated_at,
        restorable_until: secret.removed_at.and_then(|at| at.checked_add(RESTORABLE).ok()),
    }
}

/// Whom an operator means. An extension that nobody knows yet gets its number when `make`, and has no
/// secrets otherwise.
pub(crate) async fn owner(
    core: &Core,
    wanted: SecretOwner,
    make: bool,
) -> Result<Option<Owner>, Error> {
    match (wanted.installation_id, wanted.organization_id, wanted.extension_id) {
        (Some(installation), None, None) => match core.store.present(installation).await? {
            Some(_) => Ok(Some(Owner::Installation(installation))),
            None => Err(Error::NoInstallation { installation: installation.to_string() }),
        },
        (None, Some(organization), None) => Ok(Some(Owner::Organization(organization))),
        (None, None, Some(extension_id)) => {
            let fits = is_valid_key(&extension_id);
            if !fits {
                return Err(SecretError::Owner.into());
            }
            let number = core.store.extension_number(&extension_id, make).await?;
            Ok(number.map(Owner::Extension))
        }
        _ => Err(SecretError::Owner.into()),
    }
}

/// What an installation has a value for.
pub(crate) async fn entries(
    core: &Core,
    installation: InstallationId,
) -> Result<Vec<SecretEntry>, Error> {
    let resolved = resolved(core, installation).await?;
    let entry = |secret: StoredSecret| SecretEntry {
        key: secret.key,
        created_at: secret.created_at,
        updated_at: secret.updated_at,
    };
    Ok(resolved.into_values().map(entry).collect())
}

/// The value that an installation gets for a key, once that is on record.
pub(crate) async fn read(
    core: &Core,
    caller: &Caller,
    subject: &Subject,
    key: &str,
) -> Result<api::StoredSecret, Error> {
    checked(key)?;
    let missing = || Error::from(SecretError::absent(key));
    let secret = resolved(core, subject.installation).await?.remove(key).ok_or_else(missing)?;
    let value = open(core, &secret).await?.filter(|it| !it.is_empty()).ok_or_else(missing)?;
    let reader = match (&caller.who, subject.delivery) {
        (Who::Workspace(token), _) => Reader::WorkspaceToken(*token),
        (Who::Installation(_), Some(delivery)) => Reader::RuntimeToken(delivery),
        (Who::Installation(_), None) => Reader::ApiKey,
    };
    note(core, subject.installation, reader, [&secret]).await?;
    Ok(api::StoredSecret {
        key: Some(secret.key),
        value: Some(value),
        created_at: Some(secret.created_at),
        updated_at: Some(secret.updated_at),
    })
}

async fn note<'a>(
    core: &Core,
    installation: InstallationId,
    reader: Reader,
    secrets: impl IntoIterator<Item = &'a StoredSecret>,
) -> Result<(), Error> {
    let secrets: Vec<_> =
        secrets.into_iter().map(|it| (it.key.clone(), it.owner.scope())).collect();
    if !secrets.is_empty() {
        let now = core.now();
        core.store.note_reads(Reads { installation, reader, secrets, now }).await?;
    }
    Ok(())
}

async fn resolved(
    core: &Core,
    installation: InstallationId,
) -> Result<BTreeMap<String, StoredSecret>, Error> {
    let requested = core.store.requested_secrets(installation).await?;
    Ok(resolve(core.store.secrets_for(installation).await?, &requested))
}

async fn open(core: &Core, secret: &StoredSecret) -> Result<Option<Secret>, Error> {
    let row = secret.owner.place(&secret.key);
    let held = core.sealer.open(place(&row), &secret.sealed_value)?;
    Ok(core.backends.fetch(&secret.backend, &held).await?)
}

/// Those that an installation has a value for and whose keys are wanted, to be cut out of what it
/// says. It is given none of them, so there is no record of this.
pub(crate) async fn stored(
    core: &Core,
    installation: InstallationId,
    wanted: impl Fn(&String) -> bool,
) -> Result<BTreeMap<String, Secret>, Error> {
    let mut chosen = resolved(core, installation).await?;
    chosen.retain(|key, _| wanted(key));
    let opened = try_join_all(chosen.values().map(|secret| open(core, secret))).await?;
    let values = chosen.into_keys().zip(opened);
    Ok(values.filter_map(|(key, value)| Some((key, value?))).collect())
}

/// What a delivery carries: those of the requested secrets that have a value and room, and the keys of
/// the others. The reads are on record when this returns.
pub(crate) async fn just_in_time(
    core: &Core,
    installation: InstallationId,
    requested: &[String],
    reader: Reader,
) -> Result<(BTreeMap<String, Secret>, SecretStatus), Error> {
    if requested.is_empty() {
        return Ok((BTreeMap::new(), SecretStatus::default()));
    }
    let mut chosen = resolve(core.store.secrets_for(installation).await?, requested);
    chosen.retain(|key, _| requested.contains(key));
    let (fit, left_out) = fitting(chosen, LARGEST_TOTAL);
    if !left_out.is_empty() {
        let keys = left_out.join(", ");
        warn!(%installation, keys, "a delivery has no room for all secrets: make them smaller");
    }
    let opened = try_join_all(fit.iter().map(|secret| open(core, secret))).await?;
    let (mut values, mut read) = (BTreeMap::new(), Vec::new());
    for (secret, value) in fit.iter().zip(opened) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            values.insert(secret.key.clone(), value);
            read.push(secret);
        }
    }
    note(core, installation, reader, read).await?;
    let missing = requested.iter().filter(|key| !values.contains_key(*key)).cloned().collect();
    Ok((values, SecretStatus { missing }))
}

/// Deletes removed values for good once they can not be brought back, and takes out of other back
/// ends what no secret refers to any more.
pub(crate) async fn bury(core: &Core) -> Result<(), Error> {
    core.store.bury_secrets(restorable_since(core.now())).await?;
    for remains in core.store.secret_remains().await? {
        let held = core.sealer.open(place(&remains.place), &remains.sealed_value)?;
        core.backends.forget(&remains.backend, &held).await?;
        core.store.forget_remains(remains.id).await?;
    }
    Ok(())
}
