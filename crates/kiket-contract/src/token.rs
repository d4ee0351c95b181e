//! Runtime tokens: short-lived ES256 JWTs that an extension sends back with each call.
//!
//! Only one algorithm exists here, so a token's header can not choose another: `alg` must be
//! `ES256` and `kid` must name a key of the set. That is also why this module reads the three parts
//! of a compact JWS itself: the JWT libraries pick their cryptography through a process-wide
//! setting, which an SDK must not impose on the program that it is linked into.
//!
//! The claims are those that the other SDKs read (numbers for ids, no `aud`), with two of ours:
//! `did`, the delivery that the token was minted for, and `gen`, the installation's generation,
//! which refuses old tokens after a removal or revocation without a token store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::id::{DeliveryId, InstallationId, OrganizationId, ProjectId};
use crate::jwks::Jwk;
use crate::secret::Secret;

/// Who signs runtime tokens, unless a platform is configured otherwise.
pub const ISSUER: &str = "kiket.dev";
/// How far the clocks of two machines may differ.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// What a runtime token says. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// The installation, as text.
    pub sub: String,
    /// Unique per token.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// The organisation.
    pub org_id: OrganizationId,
    /// The extension's number on the platform (not the manifest's id).
    pub ext_id: i64,
    /// The project.
    pub proj_id: ProjectId,
    /// The installation.
    pub pi_id: InstallationId,
    /// What the bearer may do, see [`crate::scope`].
    pub scopes: Vec<String>,
    /// What the token was made for, `webhook` for a delivery.
    pub src: String,
    /// The delivery it was minted for. Tokens of other platforms may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<DeliveryId>,
    /// The installation's generation at the time. Tokens of other platforms may lack it.
    #[serde(default, rename = "gen", skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    alg: std::borrow::Cow<'a, str>,
    kid: std::borrow::Cow<'a, str>,
}

const ALGORITHM: &str = "ES256";

/// Why a token is refused. None of the texts quotes the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not three base64url parts with a JSON header and JSON claims of the right kinds.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// The header asks for another algorithm than ES256.
    #[error("the token is not signed with ES256")]
    Algorithm,
    /// The header's `kid` names no key that is known here.
    #[error("the token names a key that is not in the key set")]
    UnknownKey,
    /// The signature belongs to other bytes or another key.
    #[error("the token's signature does not hold")]
    Signature,
    /// `iss` is somebody else.
    #[error("the token was issued by somebody else")]
    Issuer,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// A private key that mints tokens.
pub struct SigningKey {
    pair: EcdsaKeyPair,
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
        let header = Header { alg: ALGORITHM.into(), kid: self.jwk.kid.as_str().into() };
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

/// Checks a token against a key set: algorithm, key, signature, issuer, then times.
///
/// Keys of other kinds in the set are passed over. A token whose `iat` lies more than [`LEEWAY`]
/// ahead of `now` is not valid yet; one whose `exp` has been reached has expired.
///
/// # Errors
/// The first check that fails, as a [`TokenError`].
///
/// ```
/// # use kiket_contract::{id::*, token::*};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (key, _) = SigningKey::generate()?;
/// let claims = Claims {
///     iss: ISSUER.into(), sub: "installation:7".into(), jti: "1".into(), iat: 1_000, exp: 1_900,
///     org_id: 3.try_into()?, ext_id: 1, proj_id: 27.try_into()?, pi_id: 7.try_into()?,
///     scopes: vec!["project:27".into()], src: "webhook".into(), did: None, generation: Some(1),
/// };
/// let token = key.mint(&claims)?;
/// let now = jiff::Timestamp::from_second(1_200)?;
/// assert_eq!(verify(token.expose(), &[key.jwk().clone()], ISSUER, now)?, claims);
/// # Ok(()) }
/// ```
pub fn verify(
    token: &str,
    keys: &[Jwk],
    issuer: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let (signed, signature) =
        token.rsplit_once('.').ok_or(TokenError::Malformed("it has no signature"))?;
    let (header, claims) =
        signed.split_once('.').ok_or(TokenError::Malformed("it has no claims"))?;
    let header = decode(header, "its header is no base64url")?;
    let header: Header<'_> = serde_json::from_slice(&header)
        .map_err(|_| TokenError::Malformed("its header lacks `alg` or `kid`"))?;
    if header.alg != ALGORITHM {
        return Err(TokenError::Algorithm);
    }
    let point = keys
        .iter()
        .find(|key| key.kid == header.kid)
        .and_then(Jwk::point)
        .ok_or(TokenError::UnknownKey)?;
    let signature = decode(signature, "its signature is no base64url")?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| TokenError::Signature)?;
    let claims = decode(claims, "its claims are no base64url")?;
    let claims: Claims = serde_json::from_slice(&claims)
        .map_err(|_| TokenError::Malformed("a claim is missing or of the wrong kind"))?;
    check(claims, issuer, now)
}

fn check(claims: Claims, issuer: &str, now: Timestamp) -> Result<Claims, TokenError> {
    if claims.iss != issuer {
        return Err(TokenError::Issuer);
    }
    if claims.exp <= now.as_second() {
        return Err(TokenError::Expired);
    }
    if claims.iat > now.as_second() + LEEWAY.as_secs() {
        return Err(TokenError::NotYetValid);
    }
    Ok(claims)
}

fn decode(part: &str, otherwise: &'static str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed(otherwise))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims() -> Claims {
        Claims {
            iss: ISSUER.into(),
            sub: "installation:7".into(),
            jti: "1".into(),
            iat: 1_000,
            exp: 1_900,
            org_id: 3.try_into().unwrap(),
            ext_id: 1,
            proj_id: 27.try_into().unwrap(),
            pi_id: 7.try_into().unwrap(),
            scopes: vec!["project:27".into()],
            src: "webhook".into(),
            did: Some(DeliveryId::new()),
            generation: Some(1),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn refused(token: &str, key: &SigningKey, second: i64) -> TokenError {
        verify(token, &[key.jwk().clone()], ISSUER, at(second)).unwrap_err()
    }

    #[test]
    fn times_are_checked_against_the_clock_that_is_given() {
        let (key, _) = SigningKey::generate().unwrap();
        let token = key.mint(&claims()).unwrap();
        assert_eq!(refused(token.expose(), &key, 1_900), TokenError::Expired);
        assert_eq!(refused(token.expose(), &key, 969), TokenError::NotYetValid);
        assert!(verify(token.expose(), &[key.jwk().clone()], ISSUER, at(970)).is_ok());
    }

    #[test]
    fn another_key_another_issuer_and_another_algorithm_are_refused() {
        let (key, pkcs8) = SigningKey::generate().unwrap();
        let (other, _) = SigningKey::generate().unwrap();
        let token = key.mint(&claims()).unwrap();
        assert_eq!(refused(token.expose(), &other, 1_200), TokenError::UnknownKey);
        let mut posing = other.jwk().clone();
        posing.kid.clone_from(&key.jwk().kid);
        let forged = verify(token.expose(), &[posing], ISSUER, at(1_200));
        assert_eq!(forged.unwrap_err(), TokenError::Signature);
        let elsewhere = verify(token.expose(), &[key.jwk().clone()], "example.com", at(1_200));
        assert_eq!(elsewhere.unwrap_err(), TokenError::Issuer);

        let (_, rest) = token.expose().split_once('.').unwrap();
        for alg in ["none", "HS256", "es256"] {
            let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, key.jwk().kid);
            let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(refused(&token, &key, 1_200), TokenError::Algorithm);
        }
        assert_eq!(SigningKey::from_pkcs8(&pkcs8).unwrap().jwk(), key.jwk());
    }

    #[test]
    fn a_claim_of_the_wrong_kind_is_malformed_even_when_signed() {
        let (key, _) = SigningKey::generate().unwrap();
        let rng = SystemRandom::new();
        for wrong in [r#"{"scopes":"ext.api.write"}"#, r#"{"iss":"kiket.dev"}"#, "[]", "null"] {
            let header = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, key.jwk().kid);
            let signed =
                format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(wrong));
            let signature = key.pair.sign(&rng, signed.as_bytes()).unwrap();
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
            assert!(matches!(refused(&token, &key, 1_200), TokenError::Malformed(_)), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(token in ".*") {
            let (key, _) = SigningKey::generate().unwrap();
            prop_assert!(verify(&token, &[key.jwk().clone()], ISSUER, at(1_200)).is_err());
        }
    }
}
