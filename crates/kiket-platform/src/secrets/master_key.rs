//! The master key: 32 bytes that are never in the database.
//!
//! It is given, or it lives in a file of mode 0600 beside the embedded database, made on the first
//! start. A database that already holds sealed values never gets a new key: the platform refuses to
//! start instead, because a new key could open nothing.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kiket_contract::secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub(crate) const KEY_ID_LENGTH: usize = 8;
const KEY_LENGTH: usize = 32;
const FILE: &str = "master.key";

/// The key that seals everything secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct MasterKey([u8; KEY_LENGTH]);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The text is not a key.
    #[error("{origin} is not a master key: 32 bytes are wanted, as 64 hex digits or in base64")]
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
    /// The machine gives no randomness.
    #[error("the machine gave no randomness for a master key")]
    NoRandomness,
}

impl MasterKey {
    /// The given key, else the one in the data directory's file; made when `fresh`.
    pub(crate) fn obtain(
        given: Option<&Secret>,
        data_dir: &Path,
        fresh: bool,
    ) -> Result<Self, MasterKeyError> {
        if let Some(text) = given {
            return Self::parse(text, || "KIKET_MASTER_KEY".to_owned());
        }
        let path = data_dir.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&Secret::from(text), || path.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && fresh => Self::make(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(MasterKeyError::Missing { path })
            }
            Err(source) => Err(MasterKeyError::File { path, source }),
        }
    }

    fn parse(text: &Secret, origin: impl Fn() -> String) -> Result<Self, MasterKeyError> {
        let text = text.expose().trim();
        let mut hex = Zeroizing::new([0; KEY_LENGTH]);
        if base16ct::mixed::decode(text, hex.as_mut()).is_ok_and(|key| key.len() == KEY_LENGTH) {
            return Ok(Self(*hex));
        }
        let decoded = Zeroizing::new(STANDARD.decode(text).unwrap_or_default());
        let key = <[u8; KEY_LENGTH]>::try_from(decoded.as_slice())
            .map_err(|_| MasterKeyError::Malformed { origin: origin() })?;
        Ok(Self(key))
    }

    /// Makes a key and its file. The file is complete before it has its name, so that a crash
    /// leaves no half key behind.
    fn make(path: PathBuf) -> Result<Self, MasterKeyError> {
        let mut key = Self([0; KEY_LENGTH]);
        getrandom::fill(&mut key.0).map_err(|_| MasterKeyError::NoRandomness)?;
        let text = Zeroizing::new(base16ct::lower::encode_string(&key.0));
        crate::private_file::write(&path, text.as_bytes())
            .map_err(|source| MasterKeyError::File { path, source })?;
        Ok(key)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    pub(super) fn id(&self) -> [u8; KEY_ID_LENGTH] {
        let digest = Sha256::new().chain_update(b"kiket master key id\0").chain_update(self.0);
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&digest.finalize()[..KEY_ID_LENGTH]);
        id
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: [u8; KEY_LENGTH]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_are_the_same_key() {
        let hex = MasterKey::parse(&"01".repeat(32).into(), String::new).unwrap();
        let base64 = MasterKey::parse(&STANDARD.encode([1; 32]).into(), String::new).unwrap();
        assert_eq!(hex.bytes(), base64.bytes());
        for bad in ["", "01", &"01".repeat(31), &"zz".repeat(32)] {
            assert!(MasterKey::parse(&bad.into(), String::new).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_is_made_once_and_never_for_data_that_is_already_sealed() {
        let dir = tempfile::tempdir().unwrap();
        let missing = MasterKey::obtain(None, dir.path(), false);
        assert!(matches!(missing, Err(MasterKeyError::Missing { .. })));
        let made = MasterKey::obtain(None, dir.path(), true).unwrap();
        let read = MasterKey::obtain(None, dir.path(), false).unwrap();
        assert_eq!(made.bytes(), read.bytes());
    }
}
