//! The canonical form of a manifest, without its secrets.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::model::{Callback, Hook, Manifest, Setting};
use crate::text::Text;

/// The version of the canonical form.
const MODEL_VERSION: &str = "1.0";

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document { model_version: MODEL_VERSION, extension: extension(self) }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    model_version: &'static str,
    extension: Extension<'a>,
}

#[derive(Serialize)]
struct Extension<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sdk: Option<&'a str>,
    callback: CallbackBlock<'a>,
    hooks: &'a [Hook],
    permissions: &'a [String],
    configuration: Configuration<'a>,
}

#[derive(Serialize)]
struct CallbackBlock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
}

/// The container keeps a setting named `properties` or `secrets` apart from the containers.
#[derive(Serialize)]
struct Configuration<'a> {
    properties: BTreeMap<&'a str, Property<'a>>,
}

#[derive(Serialize)]
struct Property<'a> {
    secret: bool,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a Value>,
}

fn extension(manifest: &Manifest) -> Extension<'_> {
    Extension {
        id: &manifest.id,
        version: manifest.version.as_deref(),
        name: manifest.name.as_deref(),
        sdk: manifest.sdk.as_deref(),
        callback: callback(manifest, &manifest.callback),
        hooks: &manifest.hooks,
        permissions: &manifest.permissions,
        configuration: Configuration {
            properties: manifest.settings.iter().map(property).collect(),
        },
    }
}

fn callback<'a>(manifest: &Manifest, callback: &'a Callback) -> CallbackBlock<'a> {
    let reference = manifest.delivery_secret.as_ref().and_then(Text::reference);
    CallbackBlock {
        url: callback.url.as_ref(),
        secret: reference.map(ToString::to_string),
        timeout: callback.timeout_ms,
        required: callback.required,
    }
}

fn property(setting: &Setting) -> (&str, Property<'_>) {
    let default = setting.default.as_ref().filter(|_| !setting.secret);
    let property = Property { secret: setting.secret, required: setting.required, default };
    (&setting.key, property)
}
