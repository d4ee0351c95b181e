//! The canonical form: `model_version` and everything inside `extension`.

mod blocks;
mod tree;

use kiket_contract::secret::Secret;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::model::{Action, Callback, DefaultValue, Hook, Manifest, Setting};
use crate::spanned::Spanned;
use crate::text::{Reference, Text};
use crate::tree::Entry;

pub(crate) use blocks::Canonical;
use blocks::{
    ActionBlock, CallbackBlock, Configuration, Extension, HookBlock, MODEL_VERSION, Ordered,
    SettingBlock,
};
use tree::Members;
pub(crate) use tree::is_literal;

/// What is written of the secrets that stand in a manifest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Kept,
    LeftOut,
    /// Every literal is one.
    All,
}

/// The canonical form without secrets: a literal delivery secret, the fallbacks of secret
/// references, the defaults of secret settings, literal headers, and, in blocks that the model does
/// not know, literals below `env` and under a name such as `client_secret` or `password`.
impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        canonical(self, Secrets::LeftOut).serialize(serializer)
    }
}

impl Manifest {
    /// The canonical form as YAML, with every secret that stands in the manifest: it is meant to
    /// take the place of the manifest's file. Of blocks that the model does not know, a number whose
    /// digits would change becomes a text: `1.10` is not to become `1.1`.
    ///
    /// What is barely small enough to be read may be too large or too deep in this form.
    #[must_use]
    #[expect(clippy::expect_used, reason = "mappings with text keys, texts and finite numbers")]
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(&canonical(self, Secrets::Kept)).expect("can be written")
    }
}

fn canonical(manifest: &Manifest, secrets: Secrets) -> Canonical<'_> {
    Canonical {
        model_version: MODEL_VERSION,
        extension: Extension {
            id: &manifest.id,
            name: text(&manifest.name),
            version: text(&manifest.version),
            description: text(&manifest.description),
            author: text(&manifest.author),
            sdk: text(&manifest.sdk),
            api_version: text(&manifest.api_version),
            delivery: text(&manifest.delivery),
            callback: callback(manifest, &manifest.callback, secrets),
            activation_events: &manifest.activation_events,
            lifecycle_events: &manifest.lifecycle_events,
            hooks: manifest.hooks.iter().map(|hook| self::hook(hook, secrets)).collect(),
            permissions: &manifest.permissions,
            capabilities: &manifest.capabilities,
            configuration: Configuration(Ordered(
                manifest.settings.iter().map(|setting| self::setting(setting, secrets)).collect(),
            )),
            actions: manifest.actions.iter().map(|action| self::action(action, secrets)).collect(),
            others: members(&manifest.others, secrets),
        },
    }
}

fn callback<'a>(
    manifest: &'a Manifest,
    callback: &'a Callback,
    secrets: Secrets,
) -> CallbackBlock<'a> {
    let secret = manifest.delivery_secret.as_ref();
    let headers = callback
        .headers
        .iter()
        .filter_map(|header| Some((header.name.as_str(), secret_text(&header.value, secrets)?)));
    CallbackBlock {
        url: callback.url.as_ref().map(|url| url.written()),
        secret: secret.and_then(|secret| secret_text(secret, secrets)),
        endpoint: text(&callback.endpoint),
        headers: Ordered(headers.collect()),
        timeout: callback.timeout_ms.as_deref().copied(),
        required: callback.required.as_deref().copied(),
        others: members(&callback.others, secrets),
    }
}

fn hook(hook: &Hook, secrets: Secrets) -> HookBlock<'_> {
    HookBlock {
        event: hook.event.as_str(),
        version: hook.version.as_ref().map(|version| version.as_str()),
        required: hook.required.as_deref().copied(),
        timeout: hook.timeout_ms.as_deref().copied(),
        retries: hook.retries.as_deref().copied(),
        token_minutes: hook.token_minutes.as_deref().copied(),
        endpoint: text(&hook.endpoint),
        action: text(&hook.action),
        template: text(&hook.template),
        others: members(&hook.others, secrets),
    }
}

fn setting(setting: &Setting, secrets: Secrets) -> (&str, SettingBlock<'_>) {
    let is_written = secrets == Secrets::Kept || !setting.secret;
    let default = setting.default.as_ref().filter(|_| is_written);
    let block = SettingBlock {
        kind: text(&setting.kind),
        label: text(&setting.label),
        description: text(&setting.description),
        secret: setting.secret,
        required: setting.required,
        scope: text(&setting.scope),
        default: default.map(|default| match &default.value {
            DefaultValue::Value(value) => value.clone(),
            DefaultValue::Reference(reference) => {
                Json::String(Text::Reference(reference.clone()).written())
            }
        }),
        others: members(&setting.others, secrets),
    };
    (setting.key.as_str(), block)
}

fn action(action: &Action, secrets: Secrets) -> ActionBlock<'_> {
    ActionBlock {
        key: action.key.as_str(),
        label: text(&action.label),
        scopes: &action.scopes,
        others: members(&action.others, secrets),
    }
}

fn text(text: &Option<Spanned<String>>) -> Option<&str> {
    text.as_ref().map(|text| text.as_str())
}

fn members(entries: &[Entry], secrets: Secrets) -> Members<'_> {
    Members { entries, secrets }
}

/// A text that is secret, or only its reference.
fn secret_text(text: &Text<Secret>, secrets: Secrets) -> Option<String> {
    match (secrets, text) {
        (Secrets::Kept, Text::Literal(secret)) => Some(secret.expose().to_owned()),
        (_, Text::Literal(_)) => None,
        (Secrets::Kept, Text::Reference(reference)) => {
            let fallback = reference.fallback.as_ref().map(|secret| secret.expose().to_owned());
            let reference =
                Reference { origin: reference.origin, name: reference.name.clone(), fallback };
            Some(Text::Reference(reference).written())
        }
        (_, Text::Reference(reference)) => Some(reference.to_string()),
    }
}
