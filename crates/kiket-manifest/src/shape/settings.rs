//! Settings and secrets, wherever a manifest declares them.

use std::collections::BTreeMap;

use super::Blocks;
use crate::Error;
use crate::document::Member;
use crate::model::Setting;

/// Members of `configuration` that hold the settings, instead of being one.
const CONTAINERS: [&str; 2] = ["properties", "fields"];

/// How a place declares what stands in it, unless an entry says more.
const PLAIN: bool = false;
const SECRET: bool = true;

/// Every setting of the manifest, in the order of the keys.
pub(super) fn read(blocks: &Blocks<'_>, callbacks: &Blocks<'_>) -> Result<Vec<Setting>, Error> {
    let mut settings = Settings::default();
    if let Some(configuration) = blocks.get("configuration")? {
        settings.configuration(&configuration)?;
    }
    if let Some(declared) = blocks.get("settings")? {
        settings.all(&declared, PLAIN)?;
    }
    if let Some(declared) = blocks.get("secrets")? {
        settings.all(&declared, SECRET)?;
    }
    let deployment = blocks.get("deployment")?;
    let deployed = deployment.map_or(Ok(None), |deployment| deployment.get("secret_keys"))?;
    for keys in deployed.into_iter().chain(callbacks.get("secret_keys")?) {
        settings.all(&keys, SECRET)?;
    }
    Ok(settings.0.into_values().collect())
}

#[derive(Default)]
struct Settings(BTreeMap<String, Setting>);

impl Settings {
    fn configuration(&mut self, configuration: &Member<'_>) -> Result<(), Error> {
        for container in CONTAINERS {
            if let Some(container) = configuration.get(container)? {
                return self.all(&container, PLAIN);
            }
        }
        for (key, value) in configuration.entries()? {
            match key {
                "secrets" | "settings" if value.is_list() => self.all(&value, key == "secrets")?,
                _ => self.one(key, &value, PLAIN)?,
            }
        }
        Ok(())
    }

    /// A mapping of keys, or a list of mappings with `key`, or a list of keys.
    fn all(&mut self, declared: &Member<'_>, secret: bool) -> Result<(), Error> {
        if declared.is_mapping() {
            for (key, value) in declared.entries()? {
                self.one(key, &value, secret)?;
            }
            return Ok(());
        }
        for item in declared.items()? {
            if item.is_text() {
                self.add(item.text()?, secret, false, None);
                continue;
            }
            let key = item.get("key")?;
            let key = key.ok_or_else(|| item.error("has no `key`; name the setting"))?;
            self.one(key.text()?, &item, secret)?;
        }
        Ok(())
    }

    /// The attributes of a setting, or its default alone.
    fn one(&mut self, key: &str, value: &Member<'_>, secret: bool) -> Result<(), Error> {
        if !value.is_mapping() {
            let default = Some(value.json()).filter(|default| !default.is_null());
            self.add(key, secret, false, default);
            return Ok(());
        }
        let flag = |name| value.get(name)?.map_or(Ok(false), |flag| flag.boolean());
        let is_secret_type = match value.get("type")? {
            Some(kind) => kind.text()? == "secret",
            None => false,
        };
        let default = value.get("default")?.map(|default| default.json());
        self.add(key, secret | flag("secret")? | is_secret_type, flag("required")?, default);
        Ok(())
    }

    /// What is said twice adds up: secret once is secret.
    fn add(&mut self, key: &str, secret: bool, required: bool, default: Option<serde_json::Value>) {
        let setting = self.0.entry(key.to_owned()).or_insert_with(|| Setting {
            key: key.to_owned(),
            secret: false,
            required: false,
            default: None,
        });
        setting.secret |= secret;
        setting.required |= required;
        setting.default = default.or(setting.default.take());
    }
}
