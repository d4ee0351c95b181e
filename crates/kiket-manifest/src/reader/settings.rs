//! Settings and secrets, wherever a manifest declares them.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::finding::{Finding, shown};
use crate::members::SETTING;
use crate::model::{DefaultValue, Setting};
use crate::source::Span;
use crate::spanned::Spanned;
use crate::text::{Origin, Text};
use crate::tree::{Node, Value};

use super::Reader;
use super::fields::Fields;
use super::values::{at, placed};

/// Members of `configuration` that hold the settings, instead of being one.
pub(crate) const HOLDERS: [&str; 2] = ["properties", "fields"];
/// The type whose settings are secret.
const SECRET_KIND: &str = "secret";

/// How a place declares what stands in it, unless an entry says more.
const PLAIN: bool = false;
const SECRET: bool = true;

/// The settings so far, each with its default as written: its type may be declared elsewhere.
#[derive(Default)]
struct Settings<'a> {
    all: Vec<(Spanned<Setting>, Option<&'a Node>)>,
    by_key: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    /// Every setting of the manifest, each key once.
    pub(super) fn settings(
        &mut self,
        fields: &Fields<'a>,
        callback: &Fields<'a>,
    ) -> Vec<Spanned<Setting>> {
        let mut settings = Settings::default();
        if let Some(configuration) = fields.get("configuration") {
            self.configuration(configuration, &mut settings);
        }
        if let Some(declared) = fields.get("settings") {
            self.declared(declared, PLAIN, &mut settings);
        }
        let deployed = fields.get("deployment").and_then(|block| block.get("secret_keys"));
        let secret = [fields.get("secrets"), deployed, callback.get("secret_keys")];
        for declared in secret.into_iter().flatten() {
            self.declared(declared, SECRET, &mut settings);
        }
        let with_default = |(mut setting, default): (Spanned<Setting>, Option<&'a Node>)| {
            setting.value.default = default.map(|node| self::default(node, &setting));
            self.default_type(&setting);
            setting
        };
        settings.all.into_iter().map(with_default).collect()
    }

    /// A mapping of keys, a list, or a mapping that holds one of both.
    fn configuration(&mut self, configuration: &'a Node, settings: &mut Settings<'a>) {
        for holder in HOLDERS {
            if let Some(holder) = configuration.get(holder) {
                return self.declared(holder, PLAIN, settings);
            }
        }
        if !configuration.is_mapping() {
            return self.declared(configuration, PLAIN, settings);
        }
        for entry in configuration.entries() {
            match entry.key.as_str() {
                name @ ("secrets" | "settings") if entry.value.is_list() => {
                    self.declared(&entry.value, name == "secrets", settings);
                }
                _ => self.setting(entry.key.clone(), &entry.value, PLAIN, settings),
            }
        }
    }

    /// A mapping of keys, or a list of mappings with `key`, or a list of keys.
    fn declared(&mut self, declared: &'a Node, secret: bool, settings: &mut Settings<'a>) {
        if declared.is_mapping() {
            for entry in declared.entries() {
                self.setting(entry.key.clone(), &entry.value, secret, settings);
            }
            return;
        }
        let mut seen = HashMap::new();
        for item in self.items(Some(declared)) {
            let key = match item.as_text() {
                Some(_) => self.filled(item),
                None if !self.is_mapping(item) => None,
                None => match item.get("key") {
                    Some(key) => self.filled(key),
                    None => {
                        self.missing(item.span, "key", "name the setting");
                        None
                    }
                },
            };
            let Some(key) = key else { continue };
            if let Some(before) = seen.insert(key.value.clone(), key.span) {
                self.repeated(&key, before);
            }
            if item.is_mapping() {
                self.setting(key, item, secret, settings);
            } else {
                settings.add(placed(item.span, Setting { secret, ..Setting::new(key) }), None);
            }
        }
    }

    fn repeated(&mut self, key: &str, before: Span) {
        let message = format!("`{}` is declared twice in one list", shown(key));
        let finding = Finding::warning("duplicate-key", before, message);
        self.findings.push(finding.help("take one of them out"));
    }

    /// The attributes of a setting, or its default alone.
    fn setting(
        &mut self,
        key: Spanned<String>,
        node: &'a Node,
        secret: bool,
        settings: &mut Settings<'a>,
    ) {
        let mut setting = Setting { secret, ..Setting::new(key) };
        if node.is_mapping() {
            let fields = Fields::of(node);
            setting.kind = self.optional_text(fields.get("type"));
            let is_on = |reader: &mut Self, name| {
                fields.get(name).and_then(|flag| reader.boolean(flag)).is_some_and(|on| on.value)
            };
            setting.secret |= is_on(self, "secret");
            setting.secret |= setting.kind.as_ref().is_some_and(|kind| **kind == SECRET_KIND);
            setting.required = is_on(self, "required");
            setting.scope = self.optional_text(fields.get("scope"));
            setting.label = self.optional_text(fields.get("label"));
            setting.description = self.optional_text(fields.get("description"));
            setting.others = fields.others(SETTING.read);
        }
        let default = if node.is_mapping() { node.get("default") } else { Some(node) };
        settings.add(at(node, setting), default.filter(|default| !default.is_null()));
    }

    /// A default of another type than the setting's is kept as it is.
    fn default_type(&mut self, setting: &Setting) {
        let Some(default) = &setting.default else { return };
        let DefaultValue::Value(value) = &default.value else { return };
        if !setting.accepts(value) {
            let kind = setting.kind.as_ref().map_or("", |kind| kind.as_str());
            let message = format!("{} is no {}", self.name(default.span), shown(kind));
            let finding = Finding::warning("default-type", default.span, message);
            self.findings.push(finding.help("write a value of the declared type"));
        }
    }
}

/// A default in the setting's type, or a reference. Only what is secret refers to credentials and
/// organisations: elsewhere `org.name` is a name like any.
fn default(node: &Node, setting: &Setting) -> Spanned<DefaultValue> {
    let is_text = setting.kind.as_ref().is_some_and(|kind| {
        matches!(kind.as_str(), "string" | "text" | "template" | "html" | SECRET_KIND)
    });
    let value = match (&node.value, node.as_reference()) {
        (_, Some(Text::Reference(reference)))
            if setting.secret || reference.origin == Origin::Environment =>
        {
            DefaultValue::Reference(reference)
        }
        (Value::Number(number), _) if is_text => {
            DefaultValue::Value(Json::String(number.written.clone()))
        }
        _ => DefaultValue::Value(setting.typed(node.to_json())),
    };
    at(node, value)
}

impl<'a> Settings<'a> {
    /// What is said twice adds up: secret once is secret.
    fn add(&mut self, new: Spanned<Setting>, new_default: Option<&'a Node>) {
        let Some(at) = self.by_key.get(new.key.as_str()) else {
            self.by_key.insert(new.key.value.clone(), self.all.len());
            self.all.push((new, new_default));
            return;
        };
        let Some((known, default)) = self.all.get_mut(*at) else { return };
        let known = &mut known.value;
        let new = new.value;
        *default = new_default.or(*default);
        known.secret |= new.secret;
        known.required |= new.required;
        known.kind = new.kind.or(known.kind.take());
        known.scope = new.scope.or(known.scope.take());
        known.label = new.label.or(known.label.take());
        known.description = new.description.or(known.description.take());
        for entry in new.others {
            if known.others.iter().all(|other| other.key != entry.key) {
                known.others.push(entry);
            }
        }
    }
}
