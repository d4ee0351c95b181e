//! Mints tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use zeroize::Zeroizing;

use super::{ALGORITHM, Claims, Header};
use crate::jwks::Jwk;
use crate::secret::Secret;

/// A private key that mints tokens.
pub struct SigningKey {
    pub(super) pair: EcdsaKeyPair,
    jwk: Jwk,
}

/// A private key that can not be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(&'static str);

impl SigningKey {
    /// Makes a new key and returns its PKCS #8 form, which is to be sealed before it is stored.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn generate() -> Result<(Self, Zeroizing<Vec<u8>>), KeyError> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| KeyError("the machine gave no randomness for a signing key"))?;
        let pkcs8 = Zeroizing::new(document.as_ref().to_vec());
        Ok((Self::from_pkcs8(&pkcs8)?, pkcs8))
    }

    /// Reads a key back from its PKCS #8 form.
    ///
    /// # Errors
    /// When the bytes are no P-256 private key.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        const NO_KEY: KeyError = KeyError("the stored signing key is no P-256 private key");
        let rng = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &rng)
            .map_err(|_| NO_KEY)?;
        let jwk = Jwk::from_point(pair.public_key().as_ref()).ok_or(NO_KEY)?;
        Ok(Self { pair, jwk })
    }

    /// The public half, as the key set shows it.
    #[must_use]
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs claims into a compact token.
    ///
    /// # Errors
    /// When the machine gives no randomness for the signature.
    pub fn mint(&self, claims: &Claims) -> Result<Secret, KeyError> {
        const UNWRITABLE: KeyError = KeyError("the claims can not be written as JSON");
        let header =
            Header { alg: ALGORITHM.into(), kid: self.jwk.kid.as_str().into(), crit: None };
        let mut token =
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).map_err(|_| UNWRITABLE)?);
        token.push('.');
        let claims = serde_json::to_vec(claims).map_err(|_| UNWRITABLE)?;
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self
            .pair
            .sign(&SystemRandom::new(), token.as_bytes())
            .map_err(|_| KeyError("the machine gave no randomness for a signature"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Secret::from(token))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.jwk.kid).finish_non_exhaustive()
    }
}
