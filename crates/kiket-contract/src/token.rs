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
//!
//! `iss`, `iat`, `exp` and `scopes` must be there. Other platforms may leave out the rest; what is
//! there must be of the right kind, above all `scopes` an array. `aud` is not looked at. The
//! documents let a token live up to 60 minutes, so one that was made to live longer is refused.
//! [`LEEWAY`] is for clocks that run late: it counts for `iat` and `nbf`, and not for `exp`, since a
//! token is used long before its end and a later end would only help whoever stole it.

mod signing;
mod verifying;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

pub use signing::{KeyError, SigningKey};
pub use verifying::VerifyingKeys;

use crate::id::{DeliveryId, InstallationId, OrganizationId, ProjectId};
use crate::jwks::Jwk;

/// Who signs runtime tokens, unless a platform is configured otherwise.
pub const ISSUER: &str = "kiket.dev";
/// How far the clocks of two machines may differ.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(30);
/// The longest life that the documents give a token, from `iat` to `exp`.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(60);
/// The longest token that is read, in bytes. A token must fit into a header of a call.
pub const LONGEST_TOKEN: usize = 8 * 1024;

const ALGORITHM: &str = "ES256";

/// What a runtime token says. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// The installation, as text.
    #[serde(default)]
    pub sub: String,
    /// Unique per token.
    #[serde(default)]
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// When it begins, if that is later than `iat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrganizationId>,
    /// The extension's number on the platform (not the manifest's id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext_id: Option<i64>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proj_id: Option<ProjectId>,
    /// The installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pi_id: Option<InstallationId>,
    /// What the bearer may do, see [`crate::scope`].
    pub scopes: Vec<String>,
    /// What the token was made for, `webhook` for a delivery.
    #[serde(default)]
    pub src: String,
    /// The delivery it was minted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<DeliveryId>,
    /// The installation's generation at the time.
    #[serde(default, rename = "gen", skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    kid: Cow<'a, str>,
    /// Extensions that whoever does not know them must refuse (RFC 7515, section 4.1.11).
    #[serde(default, skip_serializing)]
    crit: Option<IgnoredAny>,
}

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
    /// `iat` or `nbf` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `exp` is too far from `iat`.
    #[error("the token was made to live longer than {} minutes", LONGEST_LIFE.as_mins())]
    LivesTooLong,
}

/// Checks a token against the keys of a set. Whoever checks many makes [`VerifyingKeys`] once.
///
/// # Errors
/// The first check that fails, as a [`TokenError`].
pub fn verify(
    token: &str,
    keys: &[Jwk],
    issuer: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    VerifyingKeys::new(keys).verify(token, issuer, now)
}

/// What a token says, without any check: its signature, its times and its issuer may be wrong.
/// `None` for a text that is no such token.
///
/// Only for a token that came by a way that proves its origin, such as a signed body, and only to
/// show what it says: nothing may be granted by it.
///
/// ```
/// use kiket_contract::token::read_unverified;
///
/// assert!(read_unverified("rt_example").is_none());
/// ```
#[must_use]
pub fn read_unverified(token: &str) -> Option<Claims> {
    Parts::of(token).ok()?.claims().ok()
}

/// The three parts of a compact token, still encoded.
struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    /// Header and claims: what the signature covers.
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::Malformed("it is longer than 8 KiB"));
        }
        let (signed, signature) =
            token.rsplit_once('.').ok_or(TokenError::Malformed("it has no signature"))?;
        let (header, claims) =
            signed.split_once('.').ok_or(TokenError::Malformed("it has no claims"))?;
        Ok(Self { header, claims, signed, signature })
    }

    fn claims(&self) -> Result<Claims, TokenError> {
        let claims = decode(self.claims, "its claims are no base64url")?;
        object(&claims).ok_or(TokenError::Malformed("a claim is missing or of the wrong kind"))
    }
}

/// Reads a JSON object. serde would take an array's elements for its members.
fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    json.starts_with(b"{").then(|| serde_json::from_slice(json).ok())?
}

fn decode(part: &str, otherwise: &'static str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed(otherwise))
}

#[cfg(test)]
mod tests;
