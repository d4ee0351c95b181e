//! What can be configured, and the types of its values.

use std::fmt;

use serde_json::{Number, Value as Json};

use crate::spanned::Spanned;
use crate::text::Reference;
use crate::tree::Entry;

/// Something that can be configured. `Debug` does not show the default of a secret.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// The key.
    pub key: Spanned<String>,
    /// The type, as written: `string`, `integer`, `boolean`, `template`, …
    pub kind: Option<Spanned<String>>,
    /// Whether the value is secret.
    pub secret: bool,
    /// Whether the extension needs a value.
    pub required: bool,
    /// The value when nothing else gives one.
    pub default: Option<Spanned<DefaultValue>>,
    /// `extension` for a value that a whole organisation shares.
    pub scope: Option<Spanned<String>>,
    /// The name that users see.
    pub label: Option<Spanned<String>>,
    /// What users read about it.
    pub description: Option<Spanned<String>>,
    /// Every other member, such as `options`, `min` and `validation`.
    pub others: Vec<Entry>,
}

/// The default of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultValue {
    /// A value of the setting's type.
    Value(Json),
    /// Where the value is found.
    Reference(Reference),
}

impl Setting {
    pub(crate) fn new(key: Spanned<String>) -> Self {
        Self {
            key,
            kind: None,
            secret: false,
            required: false,
            default: None,
            scope: None,
            label: None,
            description: None,
            others: Vec::new(),
        }
    }

    /// The default as a value of the setting's type, its reference resolved with `lookup`; nothing
    /// when there is none or the reference has no value.
    pub fn default_value(&self, lookup: impl FnOnce(&str) -> Option<String>) -> Option<Json> {
        match &self.default.as_ref()?.value {
            DefaultValue::Value(value) => Some(value.clone()),
            DefaultValue::Reference(reference) => {
                let value = reference.resolve(lookup).ok()?;
                Some(self.typed(value.into()))
            }
        }
    }

    /// A value as one of the setting's type, when it says the same in another way: `"3"` is 3 for
    /// an integer. Otherwise the value itself.
    #[must_use]
    pub fn typed(&self, value: Json) -> Json {
        let kind = self.kind.as_ref().map_or("", |kind| kind.as_str());
        converted(kind, &value).unwrap_or(value)
    }

    /// Whether a value is of the setting's type. Types other than the simple ones take any.
    #[must_use]
    pub fn accepts(&self, value: &Json) -> bool {
        match self.kind.as_ref().map_or("", |kind| kind.as_str()) {
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" | "text" | "template" | "html" | "secret" => value.is_string(),
            "object" => value.is_object() || value.is_string(),
            _ => true,
        }
    }
}

fn converted(kind: &str, value: &Json) -> Option<Json> {
    match (kind, value) {
        ("boolean", Json::String(text)) => text.trim().parse::<bool>().ok().map(Json::Bool),
        ("integer", Json::String(text)) => text.trim().parse::<i64>().ok().map(Json::from),
        ("number", Json::String(text)) => {
            let whole = text.trim().parse::<i64>().ok().map(Number::from);
            let number = whole.or_else(|| Number::from_f64(text.trim().parse().ok()?));
            number.map(Json::Number)
        }
        _ => None,
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut setting = f.debug_struct("Setting");
        setting
            .field("key", &self.key)
            .field("kind", &self.kind)
            .field("secret", &self.secret)
            .field("required", &self.required)
            .field("scope", &self.scope)
            .field("others", &self.others);
        if !self.secret {
            setting.field("default", &self.default);
        }
        setting.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_as_the_declared_type_when_it_says_the_same() {
        let table = [
            ("boolean", json!("true"), json!(true)),
            ("boolean", json!("yes"), json!("yes")),
            ("integer", json!("3"), json!(3)),
            ("integer", json!("3.5"), json!("3.5")),
            ("number", json!("3.5"), json!(3.5)),
            ("number", json!("9"), json!(9)),
            ("string", json!("3"), json!("3")),
            ("project", json!("3"), json!("3")),
        ];
        for (kind, value, expected) in table {
            let mut setting = Setting::new(Spanned::default());
            setting.kind = Some(Spanned { value: kind.to_owned(), ..Spanned::default() });
            assert_eq!(setting.typed(value), expected, "{kind}");
        }
    }
}
