//! The values of settings that an operator gives, checked against the manifest.

use std::collections::BTreeMap;

use kiket_contract::secret::Secret;
use kiket_manifest::{Manifest, Setting};
use serde_json::{Map, Value};

use crate::error::Error;

/// Values that fit; `null` and `None` take one away.
pub(super) struct Given {
    pub(super) values: Map<String, Value>,
    pub(super) secrets: BTreeMap<String, Option<Secret>>,
}

/// Checks values by their keys and types. A text that says the same as a value of the setting's
/// type, such as `"3"` for an integer, becomes that value. The error names every misfit and shows
/// no value.
pub(super) fn check(manifest: &Manifest, given: Map<String, Value>) -> Result<Given, Error> {
    let mut checked = Given { values: Map::new(), secrets: BTreeMap::new() };
    let mut problems = Vec::new();
    for (key, value) in given {
        let Some(setting) = manifest.setting(&key) else {
            if value.is_null() {
                // Of an earlier manifest, perhaps.
                checked.values.insert(key, value);
                continue;
            }
            let key: String = key.chars().take(60).collect();
            problems.push(format!("it has no setting `{key}`"));
            continue;
        };
        let value = if value.is_null() { value } else { setting.typed(value) };
        if !value.is_null() && !fits(setting, &value) {
            let kind = setting.kind.as_ref().map_or("string", |kind| kind.as_str());
            problems.push(format!("`{key}` is no {kind}"));
        } else if setting.secret {
            checked.secrets.insert(key, text(value));
        } else {
            checked.values.insert(key, value);
        }
    }
    if problems.is_empty() { Ok(checked) } else { Err(Error::Configuration { problems }) }
}

/// The keys of values that another manifest does not take as they are.
pub(super) fn misfits(manifest: &Manifest, values: &Map<String, Value>) -> Vec<String> {
    let misfit = |(key, value): (&String, &Value)| {
        let setting = manifest.setting(key)?;
        let problem = if setting.secret { "is a secret now" } else { "has another type now" };
        let fits = !setting.secret && fits(setting, value);
        (!fits).then(|| format!("`{key}` {problem}: send its value in `configuration`"))
    };
    values.iter().filter_map(misfit).collect()
}

/// A secret travels as text, so it is one, whatever its type says beside that.
fn fits(setting: &Setting, value: &Value) -> bool {
    let is_scalar = !value.is_object() && !value.is_array();
    setting.accepts(value) && (is_scalar || !setting.secret)
}

fn text(value: Value) -> Option<Secret> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.into()),
        other => Some(other.to_string().into()),
    }
}
