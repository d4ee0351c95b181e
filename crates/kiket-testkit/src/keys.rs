//! The key that signs runtime tokens in a test program.

use std::sync::LazyLock;

use kiket_contract::jwks::JwkSet;
use kiket_contract::token::SigningKey;

/// One key for all, so that any delivery can be sent with any stand-in.
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate().expect("the machine gives randomness for a key").0);

/// The key set of the runtime tokens of every [`Delivery`](crate::Delivery) in this program, for an
/// extension that gets it elsewhere than from a [`StubApi`](crate::StubApi).
#[must_use]
pub fn key_set() -> JwkSet {
    JwkSet { keys: vec![KEY.jwk().clone()] }
}
