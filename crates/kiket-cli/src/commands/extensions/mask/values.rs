//! Secret values of a document's tree.

use std::ops::Range;

use kiket_manifest::{DefaultValue, Document, Node, Value, names_a_secret};

use super::{DESCRIBING, HOLDERS, VALUES, is_harmless};

/// Blocks whose named members are secrets; lists declare secret settings or only name them.
const NAMED: [&str; 3] = ["secrets", "credentials", "secret_keys"];

/// Where secrets are.
#[derive(Default)]
pub(super) struct Found {
    /// Values.
    pub(super) ranges: Vec<Range<usize>>,
    /// Declarations of secret settings, whose defaults are secret.
    pub(super) declarations: Vec<Range<usize>>,
}

/// Every literal that may be secret.
pub(super) fn secret(document: &Document) -> Found {
    let mut found = Found::default();
    found.add(document.root(), false, false);
    // A setting that one place gives a default may be secret because of another place.
    let secret = document.manifest().settings.iter().filter(|setting| setting.secret);
    let defaults = secret.filter_map(|setting| setting.default.as_ref());
    let literals = defaults.filter(|default| match &default.value {
        DefaultValue::Value(_) => true,
        DefaultValue::Reference(reference) => reference.fallback.is_some(),
    });
    found.ranges.extend(literals.map(|default| default.span.start..default.span.end));
    found
}

impl Found {
    /// Adds what is secret in a value, which is secret itself or declares a secret setting.
    fn add(&mut self, node: &Node, is_secret: bool, declares: bool) {
        match &node.value {
            Value::Text(text) if is_secret && !is_harmless(text) => self.literal(node),
            Value::Number(_) if is_secret => self.literal(node),
            Value::List(items) => {
                items.iter().for_each(|item| self.add(item, is_secret, declares));
            }
            Value::Mapping(entries) => {
                let declares = declares || declares_a_secret(node);
                if declares {
                    self.declarations.push(node.span.start..node.span.end);
                }
                for entry in entries {
                    let (name, value) = (entry.key.as_str(), &entry.value);
                    let is_named = NAMED.contains(&name);
                    let is_secret = names_a_secret(name)
                        || HOLDERS.contains(&name)
                        || (is_named && value.is_mapping())
                        || (declares && VALUES.contains(&name))
                        || (is_secret && !DESCRIBING.contains(&name));
                    self.add(value, is_secret, is_named && value.is_list());
                }
            }
            _ => {}
        }
    }

    fn literal(&mut self, node: &Node) {
        self.ranges.push(node.span.start..node.span.end);
    }
}

fn declares_a_secret(node: &Node) -> bool {
    let is = |name: &str, word: &str| {
        node.get(name).and_then(|value| value.as_text()).is_some_and(|text| text == word)
    };
    let flag = node.get("secret").and_then(|value| value.as_boolean());
    flag == Some(true) || is("secret", "true") || is("secret", "yes") || is("type", "secret")
}
