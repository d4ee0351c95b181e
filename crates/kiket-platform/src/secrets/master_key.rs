//! The master key: 32 bytes that are never in the database.
//!
//! It is given, or it lives in a file of mode 0600 beside the embedded database, made on the first
//! start. A database that already holds sealed values never gets a new key: the platform refuses to
//! start instead, because a new key could open nothing.
//!
//! While one key takes the place of another there are several: the first seals, all of them open.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kiket_contract::secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::config::Config;

pub(crate) const KEY_ID_LENGTH: usize = 8;
const KEY_LENGTH: usize = 32;
/// Its file in the data directory, unless another one is named.
const FILE: &str = "master.key";

/// What names a key without telling anything of it.
pub(crate) type KeyId = [u8; KEY_ID_LENGTH];

/// A key that seals everything secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct MasterKey([u8; KEY_LENGTH]);

/// The keys, and the file that they came from.
#[derive(Clone)]
pub(crate) struct MasterKeys {
    /// The first seals, all open; never empty.
    keys: Vec<MasterKey>,
    /// None when they were given as text.
    pub(crate) file: Option<PathBuf>,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The text is not a key.
    #[error(
        "{origin} is not a master key: 32 bytes are wanted, as 64 hex digits or in base64; several \
         keys stand on lines of their own or are separated by commas"
    )]
    Malformed {
        /// Where the text came from.
        origin: String,
    },
    /// The database holds sealed values and their key is gone.
    #[error(
        "{} is missing, but the database beside it holds values that were sealed with it: put the \
         file back, or set KIKET_MASTER_KEY to its text; a new key could open none of them",
        path.display()
    )]
    Missing {
        /// The file that is missing.
        path: PathBuf,
    },
    /// The file can not be read or written.
    #[error("the master key file {} can not be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key was given as text, and there is none to go to.
    #[error(
        "the master key is given in KIKET_MASTER_KEY, where none can be added: start the platform \
         with the new key and the old one there, separated by a comma, and rotate with the same text"
    )]
    NothingToGoTo,
    /// Old keys that were given as text can not be taken away here.
    #[error(
        "the master keys are given in KIKET_MASTER_KEY: nothing is sealed with the old ones any \
         more, so start the platform with the first one alone"
    )]
    NotInAFile,
    /// A platform that runs may still seal with the old key.
    #[error(
        "a platform runs, and may seal with the old key for a while: retire it after {after}, or \
         stop the platform first"
    )]
    InUse {
        /// When every platform has taken up the new key.
        after: Timestamp,
    },
    /// The platform that runs does not use the keys of the file.
    #[error(
        "the platform that runs has not sealed everything with the new key in two minutes: see its \
         log, whether it uses this key file, and run the same command again"
    )]
    NotTakenUp,
    /// The machine gives no randomness.
    #[error("the machine gave no randomness for a master key")]
    NoRandomness,
}

impl MasterKeys {
    /// The given keys, else those in the named file, else those in the data directory's file; one is
    /// made there when `fresh`.
    pub(crate) fn obtain(
        config: &Config,
        data_dir: &Path,
        fresh: bool,
    ) -> Result<Self, MasterKeyError> {
        if let Some(text) = &config.master_key {
            let keys = parse(text, || "KIKET_MASTER_KEY".to_owned())?;
            return Ok(Self { keys, file: None });
        }
        if let Some(path) = &config.master_key_file {
            return Self::read(path.clone());
        }
        let path = data_dir.join(FILE);
        match Self::read(path.clone()) {
            Err(MasterKeyError::File { source, .. })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                if !fresh {
                    return Err(MasterKeyError::Missing { path });
                }
                let keys = Self { keys: vec![MasterKey::make()?], file: Some(path) };
                keys.write()?;
                Ok(keys)
            }
            read => read,
        }
    }

    /// The keys of a file.
    pub(crate) fn read(path: PathBuf) -> Result<Self, MasterKeyError> {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| MasterKeyError::File { path: path.clone(), source })?;
        let keys = parse(&Secret::from(text), || path.display().to_string())?;
        Ok(Self { keys, file: Some(path) })
    }

    /// Writes the file. It is complete before it has its name, so that a crash leaves no half key
    /// behind.
    fn write(&self) -> Result<(), MasterKeyError> {
        let Some(path) = &self.file else { return Ok(()) };
        let mut text = Zeroizing::new(String::with_capacity(self.keys.len() * 2 * KEY_LENGTH + 8));
        for key in &self.keys {
            text.push_str(&Zeroizing::new(base16ct::lower::encode_string(&key.0)));
            text.push('\n');
        }
        crate::private_file::write(path, text.as_bytes())
            .map_err(|source| MasterKeyError::File { path: path.clone(), source })
    }

    /// Makes another key the one that seals, in the file too. The one before goes on to open.
    pub(super) fn add(&mut self) -> Result<(), MasterKeyError> {
        if self.file.is_none() {
            return Err(MasterKeyError::NothingToGoTo);
        }
        self.keys.insert(0, MasterKey::make()?);
        self.write()
    }

    /// Forgets all keys but the one that seals, in the file too.
    pub(super) fn keep_first(&mut self) -> Result<(), MasterKeyError> {
        if self.file.is_none() {
            return Err(MasterKeyError::NotInAFile);
        }
        self.keys.truncate(1);
        self.write()
    }

    pub(super) fn all(&self) -> &[MasterKey] {
        &self.keys
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(keys: &[[u8; KEY_LENGTH]]) -> Self {
        Self { keys: keys.iter().map(|bytes| MasterKey(*bytes)).collect(), file: None }
    }
}

fn parse(text: &Secret, origin: impl Fn() -> String) -> Result<Vec<MasterKey>, MasterKeyError> {
    let parts = text.expose().split(|letter: char| letter == ',' || letter.is_whitespace());
    let keys = parts.filter(|part| !part.is_empty()).map(MasterKey::parse);
    let keys: Vec<_> = keys.collect::<Option<_>>().unwrap_or_default();
    if keys.is_empty() { Err(MasterKeyError::Malformed { origin: origin() }) } else { Ok(keys) }
}

impl MasterKey {
    fn parse(text: &str) -> Option<Self> {
        let mut hex = Zeroizing::new([0; KEY_LENGTH]);
        if base16ct::mixed::decode(text, hex.as_mut()).is_ok_and(|key| key.len() == KEY_LENGTH) {
            return Some(Self(*hex));
        }
        let decoded = Zeroizing::new(STANDARD.decode(text).ok()?);
        Some(Self(<[u8; KEY_LENGTH]>::try_from(decoded.as_slice()).ok()?))
    }

    fn make() -> Result<Self, MasterKeyError> {
        let mut key = Self([0; KEY_LENGTH]);
        getrandom::fill(&mut key.0).map_err(|_| MasterKeyError::NoRandomness)?;
        Ok(key)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    pub(super) fn id(&self) -> KeyId {
        let digest = Sha256::new().chain_update(b"kiket master key id\0").chain_update(self.0);
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&digest.finalize()[..KEY_ID_LENGTH]);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_are_the_same_key() {
        let read = |text: &str| parse(&text.into(), String::new);
        let hex = read(&"01".repeat(32)).unwrap();
        let base64 = read(&STANDARD.encode([1; 32])).unwrap();
        assert_eq!(hex[0].bytes(), base64[0].bytes());
        for bad in ["", "01", &"01".repeat(31), &"zz".repeat(32), &format!("{},x", "01".repeat(32))]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        let two = read(&format!("{}, {}\n", "01".repeat(32), "02".repeat(32))).unwrap();
        assert_eq!((two[0].bytes(), two[1].bytes()), (&[1; 32], &[2; 32]));
    }

    #[test]
    fn a_file_is_made_once_and_never_for_data_that_is_already_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::new(dir.path());
        let missing = MasterKeys::obtain(&config, dir.path(), false);
        assert!(matches!(missing, Err(MasterKeyError::Missing { .. })));
        let made = MasterKeys::obtain(&config, dir.path(), true).unwrap();
        let read = MasterKeys::obtain(&config, dir.path(), false).unwrap();
        assert_eq!(made.all()[0].bytes(), read.all()[0].bytes());
    }

    #[test]
    fn a_named_file_is_never_made() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path());
        config.master_key_file = Some(dir.path().join("elsewhere.key"));
        let missing = MasterKeys::obtain(&config, dir.path(), true);
        assert!(matches!(missing, Err(MasterKeyError::File { .. })));
    }

    #[test]
    fn a_key_that_is_added_seals_and_the_one_before_stays_until_it_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::new(dir.path());
        let mut keys = MasterKeys::obtain(&config, dir.path(), true).unwrap();
        let first = keys.all()[0].id();
        keys.add().unwrap();
        let read = MasterKeys::obtain(&config, dir.path(), false).unwrap();
        let ids: Vec<_> = read.all().iter().map(MasterKey::id).collect();
        assert_eq!(ids, [keys.all()[0].id(), first]);
        keys.keep_first().unwrap();
        let read = MasterKeys::obtain(&config, dir.path(), false).unwrap();
        assert_eq!(read.all().iter().map(MasterKey::id).collect::<Vec<_>>(), ids[..1]);
    }
}
