//! `GET /api/v1/signing_keys` and `POST /api/v1/signing_keys/rotate`: the keys of the runtime tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The path of the collection, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/signing_keys";
/// The path that makes the next key, [`crate::route::API`] included.
pub const ROTATE: &str = "/api/v1/signing_keys/rotate";

/// A key of the runtime tokens. Its public half is in the key set, see [`crate::route::JWKS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SigningKey {
    /// The key's id, as in the key set and in the header of each token that it signs.
    pub kid: String,
    /// What it is for.
    pub state: SigningKeyState,
    /// When it was made; it is in the key set from then on.
    pub created_at: Timestamp,
    /// When it signs first.
    pub signs_at: Timestamp,
    /// When it leaves the key set: after the last token that it signed. Known once the next key is.
    pub removed_at: Option<Timestamp>,
}

/// What a signing key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SigningKeyState {
    /// It is in the key set and does not sign yet.
    Next,
    /// It signs.
    Current,
    /// It signs no more; its last tokens may still be in use.
    Retired,
}

/// All keys, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SigningKeys {
    /// The keys.
    pub data: Vec<SigningKey>,
    /// Always none: there are few.
    pub next_cursor: Option<String>,
}
