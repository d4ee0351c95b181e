//! `/api/v1/extensions/{extension_id}/secrets`: the secrets that an extension keeps on the platform.
//!
//! `GET` lists the keys, `POST` writes one that the body names. `GET`, `POST`, `PUT`, `PATCH` and
//! `DELETE` of `…/secrets/{key}` read, write, rotate and remove one: `PATCH` wants a value to be there
//! already, `POST` and `PUT` do not. A write puts the new value in place of an old one in one step, so
//! there is always a value.
//!
//! Operators write secrets for extensions by [`kept`], and see who read them by [`reads`].

pub mod kept;
pub mod reads;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::time;
use crate::route::{InvalidSegment, api};
use crate::secret::Secret;

/// The longest key of a secret.
pub const LONGEST_KEY: usize = 128;

/// The largest total of an installation's secrets, in bytes of JSON, keys and values. It keeps every
/// delivery's body under the 100 000 bytes that all SDKs can take.
pub const LARGEST_TOTAL: usize = 24 * 1024;

/// The path of all secrets of an extension, [`crate::route::API`] included.
///
/// # Errors
/// When the id can not stand in a path.
pub fn list_path(extension_id: &str) -> Result<String, InvalidSegment> {
    api(&["extensions", extension_id, "secrets"])
}

/// The path of all secrets of an extension with its variable segment; [`list_path`] fills it in.
pub const LIST_PATH: &str = "/api/v1/extensions/{extension_id}/secrets";

/// The path of one secret with its variable segments; [`path`] fills them in.
pub const PATH: &str = "/api/v1/extensions/{extension_id}/secrets/{key}";

/// The path of one secret, [`crate::route::API`] included.
///
/// # Errors
/// When the id or the key can not stand in a path.
pub fn path(extension_id: &str, key: &str) -> Result<String, InvalidSegment> {
    api(&["extensions", extension_id, "secrets", key])
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

/// One entry of a list in the form that the Python SDK reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecretEntry {
    /// The key.
    pub key: String,
    /// When it was written first.
    pub created_at: Timestamp,
    /// When it was written last.
    pub updated_at: Timestamp,
}

/// How the `User-Agent` of the Python SDK begins, which alone reads a list as an array.
const READS_ARRAYS: &str = "python-httpx/";

/// The answer to a list: an object for all SDKs but one, see [`SecretList::for_agent`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum SecretList {
    /// `{"keys": ["…"]}` and nothing else: the .NET SDK takes no other member.
    Keys(SecretKeys),
    /// `[{"key": "…", "created_at": "…", "updated_at": "…"}]`.
    Entries(Vec<SecretEntry>),
}

impl SecretList {
    /// The form that the caller reads: an array for the Python SDK, which its `User-Agent` tells, on a
    /// path with its prefix, which it always sends; an object otherwise.
    #[must_use]
    pub fn for_agent(entries: Vec<SecretEntry>, agent: Option<&str>, has_prefix: bool) -> Self {
        if has_prefix && agent.is_some_and(|agent| agent.starts_with(READS_ARRAYS)) {
            return Self::Entries(entries);
        }
        Self::Keys(SecretKeys { keys: entries.into_iter().map(|entry| entry.key).collect() })
    }
}

/// The answer to a read: `{"key": "…", "value": "…", "created_at": "…", "updated_at": "…"}`, every
/// member a text or null.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredSecret {
    /// The key.
    #[serde(default)]
    pub key: Option<String>,
    /// The value.
    #[serde(default)]
    pub value: Option<Secret>,
    /// When it was written first.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created_at: Option<Timestamp>,
    /// When it was written last.
    #[serde(default, deserialize_with = "time::lenient")]
    pub updated_at: Option<Timestamp>,
}

/// Showing a secret is this answer's purpose.
impl Serialize for StoredSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("StoredSecret", 4)?;
        body.serialize_field("key", &self.key)?;
        body.serialize_field("value", &self.value.as_ref().map(Secret::expose))?;
        body.serialize_field("created_at", &self.created_at)?;
        body.serialize_field("updated_at", &self.updated_at)?;
        body.end()
    }
}

/// The body of a write: `{"value": "…"}`, or `{"secret": {"key": "…", "value": "…"}}` as the Python
/// SDK writes it. The key is for a path that names none.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetSecret {
    /// The key, where the path has none.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub key: Option<String>,
    /// The new value.
    pub value: Secret,
}

impl SetSecret {
    /// A write of this value.
    #[must_use]
    pub fn new(value: Secret) -> Self {
        Self { key: None, value }
    }
}

#[derive(Default, Deserialize)]
struct Written {
    key: Option<String>,
    value: Option<Secret>,
}

#[derive(Deserialize)]
struct Outer {
    #[serde(default)]
    secret: Option<Written>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<Secret>,
}

impl<'de> Deserialize<'de> for SetSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Outer { secret, key, value } = Outer::deserialize(deserializer)?;
        let inner = secret.unwrap_or_default();
        let value = inner.value.or(value).ok_or_else(|| D::Error::missing_field("value"))?;
        Ok(Self { key: inner.key.or(key), value })
    }
}

/// Writing a secret is this request's purpose.
impl Serialize for SetSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = 1 + usize::from(self.key.is_some());
        let mut body = serializer.serialize_struct("SetSecret", members)?;
        if let Some(key) = &self.key {
            body.serialize_field("key", key)?;
        }
        body.serialize_field("value", self.value.expose())?;
        body.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_read_in_each_form_of_the_sdks() {
        for (body, key) in [
            (r#"{"value":"hush"}"#, None),
            (r#"{"key":"TOKEN","value":"hush"}"#, Some("TOKEN")),
            (r#"{"secret":{"key":"TOKEN","value":"hush"}}"#, Some("TOKEN")),
            (r#"{"secret":{"value":"hush"}}"#, None),
        ] {
            let read: SetSecret = serde_json::from_str(body).unwrap();
            assert_eq!((read.key.as_deref(), read.value.expose()), (key, "hush"), "{body}");
        }
        for wrong in [r#"{}"#, r#"{"secret":{}}"#, r#"{"value":null}"#, r#"{"value":1}"#, r#""x""#]
        {
            assert!(serde_json::from_str::<SetSecret>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_python_sdk_gets_an_array() {
        let now = Timestamp::UNIX_EPOCH;
        let list = |agent, has_prefix| {
            let entry = SecretEntry { key: "TOKEN".to_owned(), created_at: now, updated_at: now };
            let list = SecretList::for_agent(vec![entry], agent, has_prefix);
            serde_json::to_string(&list).unwrap()
        };
        let keys = r#"{"keys":["TOKEN"]}"#;
        for agent in [None, Some("Go-http-client/1.1"), Some("x python-httpx/0.27")] {
            assert_eq!(list(agent, true), keys, "{agent:?}");
        }
        assert_eq!(list(Some("python-httpx/0.27"), false), keys);
        assert!(
            list(Some("python-httpx/0.27"), true).starts_with(r#"[{"key":"TOKEN","created_at":"#)
        );
    }

    #[test]
    fn no_extension_id_and_no_key_leads_to_another_path() {
        let key = "TOKEN";
        let stands = "/api/v1/extensions/com.example.crm/secrets/TOKEN";
        assert_eq!(path("com.example.crm", key).unwrap(), stands);
        for odd in ["", ".", ".."] {
            assert!(list_path(odd).is_err(), "{odd}");
            assert!(path(odd, key).is_err(), "{odd}");
            assert!(path("com.example.crm", odd).is_err(), "{odd}");
        }
    }
}
