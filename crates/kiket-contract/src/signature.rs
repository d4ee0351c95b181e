//! HMAC-SHA-256 over the raw body: how a delivery proves that it comes from Kiket.
//!
//! Two forms are in use. With an `X-Kiket-Timestamp` header the signed bytes are the header's text,
//! a dot and the body; without one they are the bare body, as the delivery contract says. The
//! signature is 64 lower-case hex digits; a receiver also accepts upper case and a `sha256=` prefix.
//!
//! Whether a timestamp is fresh is the receiver's policy and not decided here.

use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::secret::Secret;

const PREFIX: &str = "sha256=";
const LENGTH: usize = 32;

/// Which bytes a platform signs for an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SigningForm {
    /// `timestamp.body`, with the timestamp in `X-Kiket-Timestamp`.
    Timestamped,
    /// The bare body and no timestamp header.
    Body,
}

impl SigningForm {
    /// The form as it stands on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timestamped => "timestamped",
            Self::Body => "body",
        }
    }

    /// Reads [`SigningForm::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Timestamped, Self::Body].into_iter().find(|form| form.as_str() == text)
    }

    /// What an extension written with this SDK can verify, by the manifest's `sdk`: the Python SDK
    /// and receivers that follow the delivery contract to the letter sign the body alone.
    #[must_use]
    pub fn for_sdk(sdk: Option<&str>) -> Self {
        match sdk {
            Some("ruby" | "node" | "java" | "dotnet" | "go" | "rust") => Self::Timestamped,
            _ => Self::Body,
        }
    }
}

/// Signs and verifies with one delivery secret. The keyed state is made once and copied per use.
///
/// ```
/// use kiket_contract::signature::Signer;
///
/// let signer = Signer::new(&"sh_123".into());
/// let signature = signer.sign(Some("1763719200"), b"{}");
/// assert!(signer.verify(&signature, Some("1763719200"), b"{}").is_ok());
/// assert!(signer.verify(&signature, Some("1763719200"), b"{ }").is_err());
/// ```
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not 64 hex digits, with or without `sha256=` before them.
    #[error("the signature is not 64 hex digits")]
    Malformed,
    /// The signature belongs to other bytes or another secret.
    #[error("the signature does not match the body")]
    Mismatch,
}

impl Signer {
    /// Prepares a delivery secret for signing; its UTF-8 bytes are the key.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        Self(Hmac::new_from_slice(secret.expose().as_bytes()).expect("any key length"))
    }

    fn over(&self, timestamp: Option<&str>, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        if let Some(timestamp) = timestamp {
            mac.update(timestamp.as_bytes());
            mac.update(b".");
        }
        mac.update(body);
        mac
    }

    /// The signature of `timestamp.body`, or of the body alone without a timestamp.
    #[must_use]
    pub fn sign(&self, timestamp: Option<&str>, body: &[u8]) -> String {
        base16ct::lower::encode_string(&self.over(timestamp, body).finalize().into_bytes())
    }

    /// Checks a signature header in constant time.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] for anything but 64 hex digits (`sha256=` may stand before
    /// them), [`SignatureError::Mismatch`] for a signature of other bytes or another secret.
    pub fn verify(
        &self,
        signature: &str,
        timestamp: Option<&str>,
        body: &[u8],
    ) -> Result<(), SignatureError> {
        let holds = self.made(&signature.parse()?, timestamp, body);
        if holds { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    /// Whether this secret made the signature of these bytes, in constant time.
    #[must_use]
    pub fn made(&self, signature: &Signature, timestamp: Option<&str>, body: &[u8]) -> bool {
        self.over(timestamp, body).verify_slice(&signature.0).is_ok()
    }
}

/// The value of a signature header, read from 64 hex digits, with or without `sha256=`.
#[derive(Debug, Clone, Copy)]
pub struct Signature([u8; LENGTH]);

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let digits = text.strip_prefix(PREFIX).unwrap_or(text);
        let mut bytes = [0; LENGTH];
        match base16ct::mixed::decode(digits, &mut bytes) {
            Ok(decoded) if decoded.len() == LENGTH => Ok(Self(bytes)),
            _ => Err(SignatureError::Malformed),
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 4231, test case 2: what an independent implementation computes.
    #[test]
    fn matches_the_published_vector() {
        let signer = Signer::new(&"Jefe".into());
        assert_eq!(
            signer.sign(None, b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn accepts_prefix_and_upper_case_but_no_other_length() {
        let signer = Signer::new(&"s".into());
        let hex = signer.sign(None, b"{}");
        assert!(signer.verify(&format!("sha256={hex}"), None, b"{}").is_ok());
        assert!(signer.verify(&hex.to_uppercase(), None, b"{}").is_ok());
        for bad in ["", "sha256=", &hex[..62], &hex[..63], &format!("{hex}00"), "zz"] {
            assert_eq!(signer.verify(bad, None, b"{}"), Err(SignatureError::Malformed), "{bad}");
        }
    }

    #[test]
    fn body_form_and_timestamped_form_do_not_stand_for_each_other() {
        let signer = Signer::new(&"s".into());
        let body_only = signer.sign(None, b"{}");
        assert_eq!(
            signer.verify(&body_only, Some("1763719200"), b"{}"),
            Err(SignatureError::Mismatch)
        );
    }

    proptest! {
        #[test]
        fn any_header_text_is_refused_without_panic(text in ".*") {
            let signer = Signer::new(&"s".into());
            let answer = signer.verify(&text, None, b"{}");
            prop_assert!(answer.is_err());
        }

        #[test]
        fn a_changed_byte_is_noticed(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let signer = Signer::new(&"s".into());
            let signature = signer.sign(Some("1"), &body);
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1 << bit;
            prop_assert!(signer.verify(&signature, Some("1"), &body).is_ok());
            prop_assert!(signer.verify(&signature, Some("1"), &changed).is_err());
        }
    }
}
