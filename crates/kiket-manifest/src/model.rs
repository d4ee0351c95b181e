//! What a manifest says, whatever its shape.

use std::fmt;

use kiket_contract::event::Name;
use kiket_contract::secret::Secret;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Text;

/// An extension's manifest.
///
/// `Debug` shows no secret. Serialising writes the canonical form, which [`crate::parse`] reads
/// back, without the secrets: a literal delivery secret, a secret's fallback and the defaults of
/// secret settings are left out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Manifest {
    /// The extension's id, the same over all its versions.
    pub id: String,
    /// The extension's version, as written.
    pub version: Option<String>,
    /// The name that users see.
    pub name: Option<String>,
    /// The language of the SDK that the extension is written with, such as `rust`.
    pub sdk: Option<String>,
    /// Where and how the extension is called.
    pub callback: Callback,
    /// The key of the deliveries' signatures, or where it is found.
    pub delivery_secret: Option<Text<Secret>>,
    /// The events that the extension wishes to hear.
    pub hooks: Vec<Hook>,
    /// The scopes that the extension asks for, as written.
    pub permissions: Vec<String>,
    /// What can be configured, in the order of the keys, each key once.
    pub settings: Vec<Setting>,
}

/// Where and how an extension is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callback {
    /// The address that deliveries go to.
    pub url: Option<Text>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Whether hooks that do not say so themselves are required.
    pub required: Option<bool>,
}

/// A wish to hear an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hook {
    /// The event's name.
    pub event: Name,
    /// The event's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Name>,
    /// Whether what happens waits for this hook's answer; unsaid, the callback decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// How long an answer may take, in milliseconds.
    #[serde(rename = "timeout", skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How many retries follow a failed delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// The path of this hook below the callback's address, in place of the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// Something that can be configured. `Debug` does not show the default of a secret.
#[derive(Clone, PartialEq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// Whether the value is secret.
    pub secret: bool,
    /// Whether the extension needs a value.
    pub required: bool,
    /// The value when nothing else gives one, as written; a text may be a reference.
    pub default: Option<Value>,
}

impl Manifest {
    /// The keys of everything that is secret: secret settings and every declared secret key.
    pub fn secret_keys(&self) -> impl Iterator<Item = &str> {
        let secret = self.settings.iter().filter(|setting| setting.secret);
        secret.map(|setting| setting.key.as_str())
    }

    /// The defaults of all settings, secret ones too, by key.
    ///
    /// A default that is a reference is resolved with `lookup`, and left out when it has no value.
    pub fn defaults(&self, lookup: impl Fn(&str) -> Option<String>) -> Map<String, Value> {
        let resolved = |value: &Value| match value.as_str().map(str::parse::<Text>) {
            Some(Ok(text)) => text.resolve(&lookup).ok().map(Value::String),
            _ => Some(value.clone()),
        };
        self.settings
            .iter()
            .filter_map(|setting| {
                let value = resolved(setting.default.as_ref()?)?;
                Some((setting.key.clone(), value))
            })
            .collect()
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut setting = f.debug_struct("Setting");
        setting
            .field("key", &self.key)
            .field("secret", &self.secret)
            .field("required", &self.required);
        if self.secret {
            setting.finish_non_exhaustive()
        } else {
            setting.field("default", &self.default).finish()
        }
    }
}
