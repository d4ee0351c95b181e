//! What `install` and `upgrade` send of an extension's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kiket_contract::api::installations::Installation;
use kiket_contract::secret::Secret;
use kiket_manifest::{DefaultValue, Manifest, Setting, Text};
use serde_json::{Map, Value};

use super::input::Input;
use crate::args::Given;
use crate::exit::{Invalid, Misuse};
use crate::installing::{self, Modules, lookup};
use crate::output::table::facts;

/// An extension that is ready to be sent.
pub(super) struct Sources {
    pub(super) manifest: Manifest,
    /// The manifest as it is written.
    pub(super) text: String,
    /// Those of the folder; none when the manifest alone was named.
    pub(super) modules: Option<Modules>,
    pub(super) callback_url: Option<String>,
    pub(super) headers: BTreeMap<String, Secret>,
    pub(super) configuration: Map<String, Value>,
    pub(super) secrets: BTreeMap<String, Secret>,
}

impl Sources {
    /// Reads a folder, with the values that its references lead to and those that are given.
    pub(super) fn read(path: &Path, given: Given) -> anyhow::Result<Self> {
        let input = Input::read(path)?;
        let modules = input.folder().map(Modules::of).transpose()?;
        let (name, text) = (input.name(), input.document.text().to_owned());
        let manifest = input.document.into_manifest().map_err(|error| {
            Invalid(format!("{name} can not be used: {error}; `kiket extensions lint` shows where"))
        })?;
        let headers =
            installing::headers(&manifest).map_err(|error| Invalid(format!("{error:#}")))?;
        let mut sources = Self {
            text,
            modules,
            callback_url: given.callback_url,
            headers,
            configuration: Map::new(),
            secrets: BTreeMap::new(),
            manifest,
        };
        sources.take_given(given.set, given.set_file)?;
        sources.take_references()?;
        Ok(sources)
    }

    fn take_given(
        &mut self,
        set: Vec<(String, String)>,
        files: Vec<(String, String)>,
    ) -> anyhow::Result<()> {
        for (key, value) in set {
            if self.manifest.setting(&key).is_some_and(|setting| setting.secret) {
                let text = format!("`{key}` is secret: give it by --set-file {key}=FILE");
                return Err(Misuse(text).into());
            }
            self.give(key, value);
        }
        for (key, file) in files {
            let value = fs::read_to_string(&file)
                .map_err(|error| Misuse(format!("can not read `{file}`: {error}")))?;
            let value = value.strip_suffix('\n').unwrap_or(&value).to_owned();
            self.give(key, value);
        }
        Ok(())
    }

    fn give(&mut self, key: String, value: String) {
        if self.manifest.setting(&key).is_some_and(|setting| setting.secret) {
            self.secrets.insert(key, Secret::from(value));
        } else {
            self.configuration.insert(key, Value::String(value));
        }
    }

    /// The values of settings whose defaults are references, and where deliveries go when the
    /// manifest refers to that. The platform knows none of this environment.
    fn take_references(&mut self) -> anyhow::Result<()> {
        let found: Vec<_> = self.manifest.settings.iter().filter_map(|it| referred(it)).collect();
        for (key, value) in found {
            if !self.configuration.contains_key(&key) && !self.secrets.contains_key(&key) {
                self.give(key, value);
            }
        }
        if let (None, Some(url)) = (&self.callback_url, &self.manifest.callback.url)
            && matches!(url.value, Text::Reference(_))
        {
            self.callback_url = Some(url.resolve(lookup).map_err(|unresolved| {
                Invalid(format!("`callback.url`: {unresolved}, or give --callback-url"))
            })?);
        }
        Ok(())
    }
}

/// The value of a setting whose default is found in the environment.
fn referred(setting: &Setting) -> Option<(String, String)> {
    let DefaultValue::Reference(reference) = &setting.default.as_ref()?.value else { return None };
    Some((setting.key.value.clone(), reference.resolve(lookup).ok()?))
}

/// The facts about an installation that one looks for first.
pub(in crate::commands) fn summary(installation: &Installation) -> String {
    let Installation { id, extension_id, extension_version, project_id, state, .. } = installation;
    let version = extension_version.as_deref().unwrap_or("without a version");
    facts([
        ("installation", Some(id.to_string())),
        ("extension", Some(format!("{extension_id} {version}"))),
        ("project", Some(project_id.to_string())),
        ("state", Some(state.as_str().to_owned())),
        ("deliveries to", Some(installation.callback_url.clone())),
    ])
}
