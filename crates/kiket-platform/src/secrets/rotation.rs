//! Going from one master key to another while a platform runs.
//!
//! The new key goes into the key file first, before the old one: from then on whoever reads the file
//! seals with the new key and opens with both. Then each sealed value is opened and sealed anew, one
//! row at a time and only where it has not changed meanwhile. A platform that runs does that itself,
//! within seconds, because it is the only one that writes to its database; where none runs, the
//! command does it. However it is broken off, every value opens with a key of the file, and it goes on
//! where it stopped.
//!
//! The old key is retired apart, once nothing is under way any more that was sealed with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::info;

use super::master_key::{KEY_ID_LENGTH, KeyId, MasterKeyError, MasterKeys};
use super::seal::{Place, Sealer};
use crate::config::Config;
use crate::core::Core;
use crate::error::Error;
use crate::platform::LOCK_FILE;
use crate::store;
use crate::store::resealing::{COLUMNS, Resealing, SealedColumn};

/// How long a platform may go on to seal with the old key, and what it has sealed may be under way.
const TAKING_UP: SignedDuration = SignedDuration::from_mins(5);

/// How long a platform that runs has to seal everything anew.
const PATIENCE: Duration = Duration::from_secs(120);
/// From one look at what it has done to the next.
const LOOK: Duration = Duration::from_millis(100);
/// Names no key, so that the values of all keys are found.
const NO_KEY: KeyId = [0; KEY_ID_LENGTH];

/// What a rotation of the master key did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MasterKeyRotation {
    /// The file with the keys, unless they were given as text.
    pub file: Option<PathBuf>,
    /// Whether a new key was made; otherwise one that was there already was gone to.
    pub made: bool,
}

/// Makes a new master key and seals everything with it, while a platform runs on the data or not. When
/// there are several keys already, it goes to the first of them. The old keys go on to open until
/// [`retire_master_keys`].
///
/// # Errors
/// When there is no database, when the keys do not open what is in it, when the key file can not be
/// written, or when the only key was given as text.
pub async fn rotate_master_key(config: &Config) -> Result<MasterKeyRotation, Error> {
    let (data_dir, mut keys) = open(config)?;
    let database = Resealing::connect(&data_dir).await?;
    // Before a new key is written: those that are there have to be the right ones.
    check(&database, &Sealer::new(&keys)).await?;
    // Held until the end, so that no platform starts meanwhile.
    let (lock, runs) = lock(&data_dir)?;
    let made = keys.all().len() == 1;
    if made {
        keys.add()?;
    }
    let sealer = Sealer::new(&keys);
    if runs {
        wait(&database, &sealer).await?;
    } else {
        reseal(&database, &sealer).await?;
    }
    database.close().await;
    drop(lock);
    Ok(MasterKeyRotation { file: keys.file, made })
}

/// Takes the old master keys out of the key file, once nothing is sealed with them any more.
///
/// # Errors
/// As for [`rotate_master_key`], and when a platform runs and may still seal with an old key.
pub async fn retire_master_keys(config: &Config) -> Result<(), Error> {
    let (data_dir, mut keys) = open(config)?;
    // Held until the end, so that none starts meanwhile.
    let (lock, runs) = lock(&data_dir)?;
    if runs && keys.all().len() > 1 {
        taken_up(&keys)?;
    }
    let (database, sealer) = (Resealing::connect(&data_dir).await?, Sealer::new(&keys));
    if runs {
        wait(&database, &sealer).await?;
    } else {
        reseal(&database, &sealer).await?;
    }
    database.close().await;
    if keys.all().len() > 1 {
        keys.keep_first()?;
    }
    drop(lock);
    Ok(())
}

/// Takes up what stands in the key file, and seals with the first key what others have sealed: at once
/// when the keys have changed, and `always` when there are several.
pub(crate) async fn take_up(core: &Core, always: bool) -> Result<(), Error> {
    let has_changed = core.sealer.refresh()?;
    if has_changed {
        info!("the master keys of the file are others now: they are in use");
    }
    if core.sealer.has_several() && (has_changed || always) {
        let resealed = reseal(&core.store.resealing(), &core.sealer).await?;
        if resealed > 0 {
            info!(resealed, "everything secret is sealed with the first master key");
        }
    }
    Ok(())
}

fn open(config: &Config) -> Result<(PathBuf, MasterKeys), Error> {
    let failed = |path: &Path, source| Error::DataDir { path: path.to_owned(), source };
    let data_dir =
        std::path::absolute(&config.data_dir).map_err(|source| failed(&config.data_dir, source))?;
    let database = data_dir.join(store::FILE);
    database.metadata().map_err(|source| failed(&database, source))?;
    let keys = MasterKeys::obtain(config, &data_dir, false)?;
    Ok((data_dir, keys))
}

/// The lock of a data directory, and whether somebody else holds it.
fn lock(data_dir: &Path) -> Result<(File, bool), Error> {
    let path = data_dir.join(LOCK_FILE);
    let file = File::create(&path).map_err(|source| Error::DataDir { path, source })?;
    let runs = file.try_lock().is_err();
    Ok((file, runs))
}

/// Whether the file is old enough for every platform to have taken up what is in it.
fn taken_up(keys: &MasterKeys) -> Result<(), MasterKeyError> {
    let Some(path) = &keys.file else { return Ok(()) };
    let written = path.metadata().and_then(|about| about.modified());
    let written = written.map_err(|source| MasterKeyError::File { path: path.clone(), source })?;
    // A time beyond all times is long ago.
    let written = Timestamp::try_from(written).unwrap_or(Timestamp::MIN);
    let after = written.checked_add(TAKING_UP).unwrap_or(Timestamp::MAX);
    if Timestamp::now() < after { Err(MasterKeyError::InUse { after }) } else { Ok(()) }
}

/// Opens some values of each column.
async fn check(database: &Resealing, sealer: &Sealer) -> Result<(), Error> {
    for column in COLUMNS.iter() {
        for value in column.find(database, &NO_KEY).await? {
            sealer.open(place(column, &value.place), &value.sealed)?;
        }
    }
    Ok(())
}

/// Waits until the platform that runs has sealed everything with the first key.
async fn wait(database: &Resealing, sealer: &Sealer) -> Result<(), Error> {
    let key_id = sealer.key_id();
    let done = async {
        for column in COLUMNS.iter() {
            while !column.find(database, &key_id).await?.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok::<_, Error>(())
    };
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(done) => done,
        Err(_) => Err(MasterKeyError::NotTakenUp.into()),
    }
}

/// Seals with the first key what others have sealed, until nothing of it is left.
async fn reseal(database: &Resealing, sealer: &Sealer) -> Result<u64, Error> {
    let key_id = sealer.key_id();
    let mut resealed = 0;
    for column in COLUMNS.iter() {
        loop {
            let found = column.find(database, &key_id).await?;
            if found.is_empty() {
                break;
            }
            for value in found {
                let place = place(column, &value.place);
                let sealed = sealer.seal(place, &sealer.open(place, &value.sealed)?)?;
                // Where it has changed meanwhile, the next look finds it, if it has to be found.
                resealed += u64::from(column.replace(database, &value, &sealed).await?);
            }
        }
    }
    Ok(resealed)
}

fn place<'a>(column: &SealedColumn, row: &'a str) -> Place<'a> {
    Place { table: column.table, row, column: column.column }
}
