//! `/api/v1/extensions/{extension_id}/secrets`: the secrets that an extension keeps on the platform.
//!
//! `GET` lists the keys. `GET`, `POST` and `DELETE` of `…/secrets/{key}` read, write and remove one. A
//! write puts the new value in place of an old one in one step, so there is always a value.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::route::{API, segment};
use crate::secret::Secret;

/// The longest key of a secret.
pub const LONGEST_KEY: usize = 128;

/// The largest total of an installation's secrets, in bytes of JSON, keys and values. It keeps every
/// delivery's body under the 100 000 bytes that all SDKs can take.
pub const LARGEST_TOTAL: usize = 24 * 1024;

/// The path of all secrets of an extension, [`API`] included.
#[must_use]
pub fn list_path(extension_id: &str) -> String {
    format!("{API}/extensions/{}/secrets", segment(extension_id))
}

/// The path of one secret with its variable segments; [`path`] fills them in.
pub const PATH: &str = "/api/v1/extensions/{extension_id}/secrets/{key}";

/// The path of one secret, [`API`] included.
#[must_use]
pub fn path(extension_id: &str, key: &str) -> String {
    format!("{}/{}", list_path(extension_id), segment(key))
}

/// Whether a text can be a secret's key: 1 to 128 of `[A-Za-z0-9._-]`, and neither `.` nor `..`,
/// which would lead elsewhere in a path.
#[must_use]
pub fn is_valid_key(key: &str) -> bool {
    (1..=LONGEST_KEY).contains(&key.len())
        && !matches!(key, "." | "..")
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The answer to a list: `{"keys": ["…"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecretKeys {
    /// The keys that have a value.
    pub keys: Vec<String>,
}

/// The answer to a read: `{"key": "…", "value": "…", "created_at": "…", "updated_at": "…"}`. It can be
/// read and not written by accident.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredSecret {
    /// The value.
    #[serde(default)]
    pub value: Option<Secret>,
}

/// The body of a write: `{"value": "…"}`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetSecret {
    /// The new value.
    pub value: Secret,
}

impl SetSecret {
    /// A write of this value.
    #[must_use]
    pub fn new(value: Secret) -> Self {
        Self { value }
    }
}

/// Writing a secret is this request's purpose, so it is the one type that shows one.
impl Serialize for SetSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("SetSecret", 1)?;
        body.serialize_field("value", self.value.expose())?;
        body.end()
    }
}
