//! The keys of the runtime tokens.
//!
//! One signs, and is first in the key set. The next one is in the key set for an hour before it
//! signs, so that whoever keeps the set for a while knows it by then. One that has signed stays until
//! its last token has expired, and is deleted then. All are sealed in the database, where other
//! nodes may add some, so they are read again now and then.

mod verified;

use std::cmp::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use kiket_contract::api::signing_keys as api;
use kiket_contract::jwks::JwkSet;
use kiket_contract::secret::Secret;
use kiket_contract::token::{
    Claims, ISSUER, LEEWAY, LONGEST_LIFE, SigningKey, TokenError, VerifyingKeys,
};
use tracing::info;

use crate::core::Core;
use crate::error::Error;
use crate::secrets::seal::{Place, Sealer};
use crate::store::signing_keys::StoredKey;
use crate::store::{Store, StoreError};
use crate::tokens::hash;
use crate::upkeep;
use verified::Verified;

/// How long a key is in the key set before it signs: an hour in the set of every node, each of which
/// reads the keys again at its own time.
const NOTICE: SignedDuration = SignedDuration::from_secs(60 * 60 + upkeep::PAUSE.as_secs() as i64);

/// The keys, held ready.
pub(crate) struct SigningKeys {
    held: RwLock<Arc<Held>>,
}

struct Held {
    /// By the time from which each signs; never empty.
    keys: Vec<Key>,
    verifying: VerifyingKeys,
    /// What these keys have verified, which goes with them.
    verified: Verified,
}

struct Key {
    key: SigningKey,
    created_at: Timestamp,
    signs_at: Timestamp,
}

impl SigningKeys {
    /// Reads the keys, or makes the first one.
    pub(crate) async fn open(
        store: &Store,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut stored = store.signing_keys().await?;
        if stored.is_empty() {
            add(store, sealer, now, now).await?;
            stored = store.signing_keys().await?;
        }
        Ok(Self { held: RwLock::new(Arc::new(Held::open(sealer, &stored)?)) })
    }

    /// The public keys, the one that signs now first.
    pub(crate) fn key_set(&self, now: Timestamp) -> JwkSet {
        let held = self.held();
        let current = held.current(now);
        let (others, first) = (held.keys.iter().enumerate(), &held.keys[current]);
        let others = others.filter(|(at, _)| *at != current).map(|(_, key)| key);
        JwkSet {
            keys: std::iter::once(first).chain(others).map(|key| key.key.jwk().clone()).collect(),
        }
    }

    /// Signs claims with the key that signs now.
    pub(crate) fn mint(&self, claims: &Claims, now: Timestamp) -> Result<Secret, Error> {
        let held = self.held();
        Ok(held.keys[held.current(now)].key.mint(claims)?)
    }

    /// Checks a token against every key that may have signed it, its signature once.
    pub(crate) fn verify(&self, token: &Secret, now: Timestamp) -> Result<Arc<Claims>, TokenError> {
        let (held, hash) = (self.held(), hash(token));
        if let Some(claims) = held.verified.get(&hash, now) {
            return Ok(claims);
        }
        let claims = Arc::new(held.verifying.verify(token.expose(), ISSUER, now)?);
        held.verified.keep(hash, &claims, now);
        Ok(claims)
    }

    /// Deletes keys whose last token has expired, and takes up those that other nodes have added.
    pub(crate) async fn refresh(
        &self,
        store: &Store,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut stored = store.signing_keys().await?;
        let starts: Vec<_> = stored.iter().map(|key| key.signs_at).collect();
        let gone = (0..stored.len())
            .take_while(|at| removal(&starts, *at).is_some_and(|removal| removal <= now))
            .count();
        for key in stored.drain(..gone) {
            store.remove_signing_key(&key.kid).await?;
            info!(kid = key.kid, "a signing key was deleted after its last token");
        }
        let same = self
            .held()
            .keys
            .iter()
            .map(|key| &key.key.jwk().kid)
            .eq(stored.iter().map(|key| &key.kid));
        if !same {
            let held = Arc::new(Held::open(sealer, &stored)?);
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        }
        Ok(())
    }

    /// All keys, the newest first.
    pub(crate) fn list(&self, now: Timestamp) -> Vec<api::SigningKey> {
        let held = self.held();
        let current = held.current(now);
        let starts: Vec<_> = held.keys.iter().map(|key| key.signs_at).collect();
        let shown = held.keys.iter().enumerate().map(|(at, key)| api::SigningKey {
            kid: key.key.jwk().kid.clone(),
            state: match at.cmp(&current) {
                Ordering::Less => api::SigningKeyState::Retired,
                Ordering::Equal => api::SigningKeyState::Current,
                Ordering::Greater => api::SigningKeyState::Next,
            },
            created_at: key.created_at,
            signs_at: key.signs_at,
            removed_at: removal(&starts, at),
        });
        shown.rev().collect()
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    fn open(sealer: &Sealer, stored: &[StoredKey]) -> Result<Self, Error> {
        let mut keys = Vec::with_capacity(stored.len());
        for StoredKey { kid, sealed_private_key, created_at, signs_at } in stored {
            let pkcs8 = sealer.open(place(kid), sealed_private_key)?;
            let key = SigningKey::from_pkcs8(&pkcs8)?;
            keys.push(Key { key, created_at: *created_at, signs_at: *signs_at });
        }
        if keys.is_empty() {
            return Err(StoreError::Damaged("signing_keys").into());
        }
        let jwks: Vec<_> = keys.iter().map(|key| key.key.jwk().clone()).collect();
        Ok(Self { verifying: VerifyingKeys::new(&jwks), keys, verified: Verified::default() })
    }

    /// Which key signs now; the first one when the clock has gone back behind them all.
    fn current(&self, now: Timestamp) -> usize {
        self.keys.iter().rposition(|key| key.signs_at <= now).unwrap_or_default()
    }
}

/// When a key leaves the key set: when the last token that it signed has expired.
fn removal(starts: &[Timestamp], at: usize) -> Option<Timestamp> {
    let last_signed = starts.get(at + 1)?;
    last_signed.checked_add(LONGEST_LIFE + LEEWAY).ok()
}

/// Makes the next key, unless one waits already, and returns all.
pub(crate) async fn rotate(core: &Core) -> Result<Vec<api::SigningKey>, Error> {
    let (now, keys) = (core.now(), core.tokens.signing_keys());
    let added = add(&core.store, &core.sealer, now, now + NOTICE).await?;
    keys.refresh(&core.store, &core.sealer, now).await?;
    let list = keys.list(now);
    if !added {
        let signs_at = list.first().map_or(now, |next| next.signs_at);
        return Err(Error::RotationUnderWay { signs_at });
    }
    Ok(list)
}

async fn add(
    store: &Store,
    sealer: &Sealer,
    now: Timestamp,
    signs_at: Timestamp,
) -> Result<bool, Error> {
    let (key, pkcs8) = SigningKey::generate()?;
    let kid = key.jwk().kid.clone();
    let sealed_private_key = sealer.seal(place(&kid), &pkcs8)?;
    let key = StoredKey { kid, sealed_private_key, created_at: now, signs_at };
    Ok(store.add_signing_key(&key).await?)
}

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", row: kid, column: "sealed_private_key" }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::histogram::Histogram;

    use super::*;
    use crate::delivery::plan::plan;
    use crate::secrets::master_key::MasterKeys;

    #[tokio::test]
    async fn a_key_that_is_gone_takes_along_what_it_has_verified() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        let sealer = Sealer::new(&MasterKeys::from_bytes(&[[1; 32]]));
        let now = Timestamp::from_second(1_000_000).unwrap();
        let keys = SigningKeys::open(&store, &sealer, now).await.unwrap();
        let first = keys.key_set(now).keys[0].kid.clone();
        let claims = serde_json::json!({
            "iss": ISSUER, "sub": "installation:1", "jti": "1", "iat": now.as_second(),
            "exp": now.as_second() + 900, "scopes": [], "src": "webhook",
        });
        let token = keys.mint(&serde_json::from_value(claims).unwrap(), now).unwrap();
        for _ in 0..2 {
            assert!(keys.verify(&token, now).is_ok());
        }
        assert!(add(&store, &sealer, now, now).await.unwrap());
        keys.refresh(&store, &sealer, now).await.unwrap();
        assert!(keys.verify(&token, now).is_ok(), "its key is still there");
        store.remove_signing_key(&first).await.unwrap();
        keys.refresh(&store, &sealer, now).await.unwrap();
        assert!(keys.verify(&token, now).is_err());
        store.close().await;
    }
}
