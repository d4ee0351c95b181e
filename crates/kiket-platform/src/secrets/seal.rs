//! Sealing: everything secret is encrypted before the store sees it.
//!
//! XChaCha20-Poly1305 with a random nonce. The place that a value is stored at (table, row, column)
//! is authenticated with it, so that a sealed value copied to another place does not open. Each
//! sealed value names its key, so that keys can be changed one value at a time.
//!
//! ```text
//! sealed = format (1 byte) ‖ key id (8) ‖ nonce (24) ‖ ciphertext and tag
//! ```

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::master_key::{KEY_ID_LENGTH, KeyId, MasterKey, MasterKeyError, MasterKeys};

const FORMAT: u8 = 1;
const NONCE_LENGTH: usize = 24;
const PREFIX_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;

/// Where a sealed value is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
    pub(crate) column: &'static str,
}

/// Why a value can not be sealed or opened. None of the texts holds anything of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The value was sealed with a master key that is not this one.
    #[error(
        "{place} was sealed with another master key: start with the key that this database was \
         made with (KIKET_MASTER_KEY or the key file beside the data)"
    )]
    OtherKey {
        /// Table and column of the value.
        place: String,
    },
    /// The bytes are no sealed value of this place: damaged, moved or cut off.
    #[error("{place} does not open: the stored bytes are damaged or belong to another row")]
    Damaged {
        /// Table and column of the value.
        place: String,
    },
    /// The machine gives no randomness.
    #[error("the machine gave no randomness to seal a value with")]
    NoRandomness,
}

/// Seals and opens values with the master keys.
///
/// Another process may put another key into their file. It is read again when a value turns up that
/// was sealed with an unknown key, and once a second.
#[derive(Clone)]
pub(crate) struct Sealer {
    held: Arc<RwLock<Arc<Held>>>,
    /// Where the keys come from, unless they were given as text.
    file: Option<PathBuf>,
}

struct Held {
    /// The first seals, all open; never empty.
    keys: Vec<(KeyId, XChaCha20Poly1305)>,
}

impl Held {
    fn new(keys: &MasterKeys) -> Arc<Self> {
        let cipher = |key: &MasterKey| (key.id(), XChaCha20Poly1305::new(key.bytes().into()));
        Arc::new(Self { keys: keys.all().iter().map(cipher).collect() })
    }
}

impl Sealer {
    pub(crate) fn new(keys: &MasterKeys) -> Self {
        Self { held: Arc::new(RwLock::new(Held::new(keys))), file: keys.file.clone() }
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What names the key that seals.
    pub(super) fn key_id(&self) -> KeyId {
        self.held().keys[0].0
    }

    /// Whether there are keys that only open.
    pub(super) fn has_several(&self) -> bool {
        self.held().keys.len() > 1
    }

    /// Takes up the keys that stand in their file now. Says whether they are others.
    pub(crate) fn refresh(&self) -> Result<bool, MasterKeyError> {
        let Some(file) = &self.file else { return Ok(false) };
        let read = Held::new(&MasterKeys::read(file.clone())?);
        let ids = |held: &Held| held.keys.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        let is_other = ids(&read) != ids(&self.held());
        if is_other {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = read;
        }
        Ok(is_other)
    }

    pub(crate) fn seal(&self, place: Place<'_>, value: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
        let aad = place.associated_data();
        let held = self.held();
        let (key_id, cipher) = &held.keys[0];
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: value, aad: &aad })
            .map_err(|_| SealError::NoRandomness)?;
        Ok([&[FORMAT][..], key_id, &nonce, &sealed].concat())
    }

    pub(crate) fn open(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let damaged = || SealError::Damaged { place: place.name() };
        let (prefix, ciphertext) = sealed.split_at_checked(PREFIX_LENGTH).ok_or_else(damaged)?;
        let (key_id, nonce) = prefix[1..].split_at(KEY_ID_LENGTH);
        if prefix[0] != FORMAT {
            return Err(damaged());
        }
        let is_held = |held: &Held| held.keys.iter().any(|(id, _)| id == key_id);
        let mut held = self.held();
        if !is_held(&held) && self.refresh().unwrap_or(false) {
            held = self.held();
        }
        let found = held.keys.iter().find(|(id, _)| id == key_id);
        let (_, cipher) = found.ok_or_else(|| SealError::OtherKey { place: place.name() })?;
        let nonce = XNonce::try_from(nonce).map_err(|_| damaged())?;
        let aad = place.associated_data();
        cipher
            .decrypt(&nonce, Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| damaged())
    }
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        [self.table, self.row, self.column].join("\0").into_bytes()
    }

    fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'_> = Place { table: "secrets", row: "7/TOKEN", column: "sealed_value" };

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&MasterKeys::from_bytes(&[[byte; 32]]))
    }

    #[test]
    fn a_sealed_value_opens_only_at_its_place() {
        let sealer = sealer(1);
        let sealed = sealer.seal(HERE, b"hush").unwrap();
        assert_eq!(*sealer.open(HERE, &sealed).unwrap(), b"hush");
        for elsewhere in [
            Place { row: "8/TOKEN", ..HERE },
            Place { table: "installations", ..HERE },
            Place { column: "other", ..HERE },
        ] {
            assert!(matches!(sealer.open(elsewhere, &sealed), Err(SealError::Damaged { .. })));
        }
    }

    #[test]
    fn another_key_is_named_as_the_reason() {
        let sealed = sealer(1).seal(HERE, b"hush").unwrap();
        assert!(matches!(sealer(2).open(HERE, &sealed), Err(SealError::OtherKey { .. })));
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let sealed = sealer(1).seal(HERE, b"hush").unwrap();
        let both = Sealer::new(&MasterKeys::from_bytes(&[[2; 32], [1; 32]]));
        assert_eq!(*both.open(HERE, &sealed).unwrap(), b"hush");
        let anew = both.seal(HERE, b"hush").unwrap();
        assert_eq!(*sealer(2).open(HERE, &anew).unwrap(), b"hush");
        assert_eq!(&anew[1..=KEY_ID_LENGTH], &both.key_id());
        assert_ne!(sealed[1..=KEY_ID_LENGTH], anew[1..=KEY_ID_LENGTH]);
    }

    #[test]
    fn a_key_that_was_added_to_the_file_is_taken_up_when_a_value_needs_it() {
        let dir = tempfile::tempdir().unwrap();
        let config = crate::config::Config::new(dir.path());
        let mut keys = MasterKeys::obtain(&config, dir.path(), true).unwrap();
        let running = Sealer::new(&keys);
        let before = running.seal(HERE, b"old").unwrap();
        keys.add().unwrap();
        let sealed = Sealer::new(&keys).seal(HERE, b"new").unwrap();
        assert_eq!(*running.open(HERE, &sealed).unwrap(), b"new");
        assert_eq!(*running.open(HERE, &before).unwrap(), b"old");
        let after = running.seal(HERE, b"").unwrap();
        assert_eq!(after[1..=KEY_ID_LENGTH], sealed[1..=KEY_ID_LENGTH]);
    }

    #[test]
    fn no_changed_byte_and_no_cut_opens() {
        let sealer = sealer(1);
        let sealed = sealer.seal(HERE, b"hush").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(HERE, &changed).is_err(), "byte {at}");
            assert!(sealer.open(HERE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn sealing_twice_gives_other_bytes() {
        let sealer = sealer(1);
        assert_ne!(sealer.seal(HERE, b"hush").unwrap(), sealer.seal(HERE, b"hush").unwrap());
    }
}
