//! Checks tokens.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::{ALGORITHM, Claims, Header, LEEWAY, LONGEST_LIFE, Parts, TokenError, decode, object};
use crate::jwks::{Jwk, POINT};

/// The two numbers of an ES256 signature, in bytes (RFC 7518, section 3.4).
const SIGNATURE: usize = 64;

/// The keys of a set, ready to check tokens with. Keys of other kinds are passed over.
///
/// ```
/// # use kiket_contract::{id::*, token::*};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (key, _) = SigningKey::generate()?;
/// let claims = Claims {
///     iss: ISSUER.into(), sub: "installation:7".into(), jti: "1".into(),
///     iat: 1_000, exp: 1_900, nbf: None,
///     org_id: Some(3.try_into()?), ext_id: Some(1), proj_id: Some(27.try_into()?),
///     pi_id: Some(7.try_into()?), scopes: vec!["project:27".into()], src: "webhook".into(),
///     did: None, generation: Some(1),
/// };
/// let token = key.mint(&claims)?;
/// let keys = VerifyingKeys::new(&[key.jwk().clone()]);
/// let now = jiff::Timestamp::from_second(1_200)?;
/// assert_eq!(keys.verify(token.expose(), ISSUER, now)?, claims);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct VerifyingKeys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    kid: String,
    /// The header of a token that this key has signed, encoded: its tokens usually share it.
    header: OnceLock<String>,
    public: UnparsedPublicKey<[u8; POINT]>,
}

impl VerifyingKeys {
    /// Decodes the keys of a set.
    #[must_use]
    pub fn new(keys: &[Jwk]) -> Self {
        let sound = keys.iter().filter_map(|key| Some((key, key.point()?)));
        let key = |(key, point): (&Jwk, _)| Key {
            kid: key.kid.clone(),
            header: OnceLock::new(),
            public: UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        };
        Self(sound.map(key).collect())
    }

    /// Whether there is no key that could check a token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a token: algorithm, key, signature, issuer, then times.
    ///
    /// A token is not valid yet while its `iat` or `nbf` lies more than [`LEEWAY`] ahead of `now`;
    /// it has expired once `now` has reached its `exp`.
    ///
    /// # Errors
    /// The first check that fails, as a [`TokenError`].
    pub fn verify(&self, token: &str, issuer: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let parts = Parts::of(token)?;
        let key = self.key_of(parts.header)?;
        let mut signature = [0; SIGNATURE];
        let length = URL_SAFE_NO_PAD.decode_slice(parts.signature, &mut signature);
        if length != Ok(SIGNATURE) {
            return Err(TokenError::Malformed("its signature is not 64 bytes in base64url"));
        }
        key.public
            .verify(parts.signed.as_bytes(), &signature)
            .map_err(|_| TokenError::Signature)?;
        key.header.get_or_init(|| parts.header.to_owned());
        check(parts.claims()?, issuer, now.as_second())
    }

    /// The key that a header names.
    fn key_of(&self, encoded: &str) -> Result<&Key, TokenError> {
        let seen = |key: &&Key| key.header.get().is_some_and(|header| header == encoded);
        if let Some(key) = self.0.iter().find(seen) {
            return Ok(key);
        }
        let header = decode(encoded, "its header is no base64url")?;
        let header: Header<'_> =
            object(&header).ok_or(TokenError::Malformed("its header lacks `alg` or `kid`"))?;
        if header.alg != ALGORITHM {
            return Err(TokenError::Algorithm);
        }
        if header.crit.is_some() {
            return Err(TokenError::Malformed("its header asks for extensions of the format"));
        }
        self.0.iter().find(|key| key.kid == header.kid).ok_or(TokenError::UnknownKey)
    }
}

fn check(claims: Claims, issuer: &str, now: i64) -> Result<Claims, TokenError> {
    if claims.iss != issuer {
        return Err(TokenError::Issuer);
    }
    if claims.exp <= now {
        return Err(TokenError::Expired);
    }
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    if begins > now.saturating_add(LEEWAY.as_secs()) {
        return Err(TokenError::NotYetValid);
    }
    if claims.exp.saturating_sub(claims.iat) > LONGEST_LIFE.as_secs() + LEEWAY.as_secs() {
        return Err(TokenError::LivesTooLong);
    }
    Ok(claims)
}
