//! Runtime tokens whose signatures have been checked, so that an extension that calls many times
//! within one delivery pays for one check.
//!
//! A token is remembered by its hash, and only what never changes about it: that its signature
//! holds, and what it says. Its times are looked at again at each call, and whether the installation
//! still lets it in is read from the store, so nothing here outlives a revocation. What is remembered
//! belongs to one set of keys: when a key is added or deleted, the new set begins with nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use kiket_contract::token::{Claims, LEEWAY};

/// The most tokens that are remembered, each with less than 8 KiB.
const MOST: usize = 4096;

/// Tokens by their SHA-256.
#[derive(Default)]
pub(super) struct Verified(Mutex<HashMap<[u8; 32], Arc<Claims>>>);

impl Verified {
    /// What a token says that has been checked before and is good at this time.
    pub(super) fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Arc<Claims>> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(hash).filter(|claims| is_good(claims, now)).cloned()
    }

    /// Remembers a token that has been checked. When there is no room, those that are over go, and if
    /// there is none, all.
    pub(super) fn keep(&self, hash: [u8; 32], claims: &Arc<Claims>, now: Timestamp) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST {
            remembered.retain(|_, claims| is_good(claims, now));
        }
        if remembered.len() >= MOST {
            remembered.clear();
        }
        remembered.insert(hash, Arc::clone(claims));
    }
}

/// Whether a token's times hold. One for which they do not is checked in full again, and refused
/// there in words.
fn is_good(claims: &Claims, now: Timestamp) -> bool {
    let now = now.as_second();
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    now < claims.exp && begins <= now.saturating_add(LEEWAY.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(exp: i64) -> Arc<Claims> {
        let json = serde_json::json!({"iss": "kiket.dev", "iat": 1_000, "exp": exp, "scopes": []});
        Arc::new(serde_json::from_value(json).unwrap())
    }

    fn hash(number: usize) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        hash
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_is_remembered_within_its_times_only() {
        let verified = Verified::default();
        verified.keep(hash(1), &claims(1_900), at(1_000));
        for (second, remembered) in [(969, false), (970, true), (1_899, true), (1_900, false)] {
            assert_eq!(verified.get(&hash(1), at(second)).is_some(), remembered, "{second}");
        }
        assert!(verified.get(&hash(2), at(1_000)).is_none());
    }

    #[test]
    fn the_memory_is_bounded_and_what_is_over_goes_first() {
        let verified = Verified::default();
        for number in 0..MOST {
            let end = if number == 7 { 1_900 } else { 1_100 };
            verified.keep(hash(number), &claims(end), at(1_000));
        }
        verified.keep(hash(MOST), &claims(1_900), at(1_200));
        assert!(verified.get(&hash(7), at(1_200)).is_some());
        assert_eq!(verified.0.lock().unwrap().len(), 2);
        for number in MOST..3 * MOST {
            verified.keep(hash(number), &claims(1_900), at(1_200));
        }
        assert!(verified.0.lock().unwrap().len() <= MOST);
    }
}
