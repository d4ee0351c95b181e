//! The canonical form, block by block. Its JSON Schema comes from these types.

#[cfg(feature = "schema")]
use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::reader::HOLDERS;
use crate::spanned::Spanned;

use super::tree::Members;

/// The version of the canonical form.
pub(super) const MODEL_VERSION: &str = "1.0";
#[cfg(feature = "schema")]
const NAME_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$";
#[cfg(feature = "schema")]
const SDKS: [&str; 7] = ["rust", "ruby", "python", "node", "java", "dotnet", "go"];
#[cfg(feature = "schema")]
const KINDS: [&str; 9] =
    ["string", "integer", "boolean", "text", "template", "html", "object", "project", "issue_type"];

/// An extension's manifest in the canonical form.
#[derive(Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Kiket extension manifest")
)]
pub(crate) struct Canonical<'a> {
    /// The version of this form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = MODEL_VERSION)))]
    pub(super) model_version: &'static str,
    /// The extension.
    pub(super) extension: Extension<'a>,
}

/// What the extension is and what it asks for.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Extension<'a> {
    /// The extension's id, the same over all its versions, such as `com.example.crm`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = NAME_PATTERN)))]
    pub(super) id: &'a str,
    /// The name that users see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    /// The extension's version, such as `1.0.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<&'a str>,
    /// What users read about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<&'a str>,
    /// The language of its SDK.
    #[cfg_attr(feature = "schema", schemars(extend("examples" = SDKS)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sdk: Option<&'a str>,
    /// The version of the events that it is called with.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^v\d+$")))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_version: Option<&'a str>,
    /// How it is reached.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["http", "internal"])))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery: Option<&'a str>,
    #[serde(skip_serializing_if = "CallbackBlock::is_empty")]
    pub(super) callback: CallbackBlock<'a>,
    /// The events that activate it.
    #[serde(rename = "activationEvents", skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(super) activation_events: &'a [Spanned<String>],
    /// What happens to an installation that it wishes to hear.
    #[serde(rename = "lifecycleEvents", skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(super) lifecycle_events: &'a [Spanned<String>],
    /// The events that it wishes to hear.
    pub(super) hooks: Vec<HookBlock<'a>>,
    /// The scopes that it asks for, such as `issues:read`.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(super) permissions: &'a [Spanned<String>],
    /// Tags that tell users what it can do.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(super) capabilities: &'a [Spanned<String>],
    /// What can be configured, by key.
    #[serde(skip_serializing_if = "Configuration::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, SettingBlock<'static>>"))]
    pub(super) configuration: Configuration<'a>,
    /// What users can trigger in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) actions: Vec<ActionBlock<'a>>,
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(super) others: Members<'a>,
}

/// Where and how the extension is called.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct CallbackBlock<'a> {
    /// The address that deliveries go to, or a reference such as `${EXTENSION_BASE_URL}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// The key of the signatures; better a reference, such as `env.KIKET_WEBHOOK_SECRET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// The path below the address for hooks that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint: Option<&'a str>,
    /// Headers that every delivery carries.
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub(super) headers: Ordered<'a, String>,
    /// How long an answer may take, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 60000)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeout: Option<u64>,
    /// Whether hooks that do not say so themselves are required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) required: Option<bool>,
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(super) others: Members<'a>,
}

/// A wish to hear an event.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct HookBlock<'a> {
    /// The event's name, such as `issue.created`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = NAME_PATTERN)))]
    pub(super) event: &'a str,
    /// The event's version, such as `v1`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = NAME_PATTERN)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<&'a str>,
    /// Whether what happens waits for this hook's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) required: Option<bool>,
    /// How long an answer may take, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 100, max = 60000)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeout: Option<u64>,
    /// How many retries follow a failed delivery.
    #[cfg_attr(feature = "schema", schemars(range(max = 10)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retries: Option<u32>,
    /// How long the runtime token of a delivery lives, in minutes.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_minutes: Option<u32>,
    /// The path below the callback's address, in place of the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint: Option<&'a str>,
    /// The action that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<&'a str>,
    /// The setting of type `template` that it uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template: Option<&'a str>,
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(super) others: Members<'a>,
}

/// Something that can be configured.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct SettingBlock<'a> {
    /// The type of its values.
    #[cfg_attr(feature = "schema", schemars(extend("examples" = KINDS)))]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'a str>,
    /// The name that users see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<&'a str>,
    /// What users read about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    /// Whether the value is secret.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) secret: bool,
    /// Whether the extension needs a value.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) required: bool,
    /// `extension` for a value that a whole organisation shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'a str>,
    /// The value when nothing else gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<Json>,
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(super) others: Members<'a>,
}

/// Something that users can trigger.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ActionBlock<'a> {
    /// Its key.
    pub(super) key: &'a str,
    /// The name that users see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<&'a str>,
    /// Where it is offered: `project`, `issue`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(super) scopes: &'a [Spanned<String>],
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(super) others: Members<'a>,
}

/// A mapping in the order of the document.
pub(super) struct Ordered<'a, T>(pub(super) Vec<(&'a str, T)>);

/// The settings by key.
pub(super) struct Configuration<'a>(pub(super) Ordered<'a, SettingBlock<'a>>);

impl<T> Ordered<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Ordered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Configuration<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A setting named as a holder of settings is would be taken for one.
impl Serialize for Configuration<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.0.0.iter().any(|(key, _)| HOLDERS.contains(key)) {
            return self.0.serialize(serializer);
        }
        let mut holder = serializer.serialize_map(Some(1))?;
        holder.serialize_entry(HOLDERS[0], &self.0)?;
        holder.end()
    }
}

impl CallbackBlock<'_> {
    fn is_empty(&self) -> bool {
        let Self { url, secret, endpoint, headers, timeout, required, others } = self;
        url.is_none()
            && secret.is_none()
            && endpoint.is_none()
            && headers.is_empty()
            && timeout.is_none()
            && required.is_none()
            && others.is_empty()
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
