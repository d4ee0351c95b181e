//! The platform's key set, served at [`crate::route::JWKS`].
//!
//! Every member that the other SDKs look at is always present, and the key that signs now comes
//! first: one SDK takes the first key whatever the token's `kid` says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize};

/// A set of public keys. Reading one passes over keys of other kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JwkSet {
    /// The keys, the one that signs now first.
    #[serde(deserialize_with = "of_our_kind")]
    pub keys: Vec<Jwk>,
}

/// One public key on P-256, for ES256 signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Jwk {
    /// Always `EC`.
    pub kty: String,
    /// Always `P-256`.
    pub crv: String,
    /// The point's x coordinate, 32 bytes in base64url.
    pub x: String,
    /// The point's y coordinate, 32 bytes in base64url.
    pub y: String,
    /// The key's id, named by the header of each token that it signed.
    pub kid: String,
    /// Always `ES256`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

fn of_our_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Jwk>, D::Error> {
    let keys = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

const COORDINATE: usize = 32;
/// An uncompressed point: its first byte, x and y.
pub(crate) const POINT: usize = 1 + 2 * COORDINATE;
/// First byte of an uncompressed point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

impl Jwk {
    /// The key with this uncompressed point; its id is its thumbprint (RFC 7638).
    pub(crate) fn from_point(point: &[u8]) -> Option<Self> {
        let coordinates = point.strip_prefix(&[UNCOMPRESSED])?;
        if coordinates.len() != 2 * COORDINATE {
            return None;
        }
        let (x, y) = coordinates.split_at(COORDINATE);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(<sha2::Sha256 as sha2::Digest>::digest(canonical));
        let [kty, crv, alg, usage] = ["EC", "P-256", "ES256", "sig"].map(str::to_owned);
        Some(Self { kty, crv, x, y, kid, alg, usage })
    }

    /// The uncompressed point, if this is a P-256 signature key with sound coordinates.
    pub(crate) fn point(&self) -> Option<[u8; POINT]> {
        if self.kty != "EC" || self.crv != "P-256" || self.alg != "ES256" || self.usage != "sig" {
            return None;
        }
        let coordinate = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let point = [vec![UNCOMPRESSED], coordinate(&self.x)?, coordinate(&self.y)?];
        let sound = point[1].len() == COORDINATE;
        point.concat().try_into().ok().filter(|_| sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_kind_does_not_spoil_the_set() {
        let ours = Jwk::from_point(&[[UNCOMPRESSED].as_slice(), &[7; 64]].concat()).unwrap();
        let set = serde_json::json!({ "keys": [{"kty": "RSA", "n": "x", "e": "AQAB"}, ours] });
        let set: JwkSet = serde_json::from_value(set).unwrap();
        assert_eq!(set.keys, [ours]);
    }
}
