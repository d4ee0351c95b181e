//! Blocks that the model does not know, written as they were read.

use serde::{Serialize, Serializer};

use crate::secret_name::names_a_secret;
use crate::text::Text;
use crate::tree::{Entry, Value};

use super::Secrets;

/// The block of a program's variables, any of which may be secret.
const VARIABLES: &str = "env";

/// The members of a mapping.
pub(crate) struct Members<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) secrets: Secrets,
}

struct Tree<'a> {
    value: &'a Value,
    secrets: Secrets,
}

impl Members<'_> {
    /// Whether none is written.
    pub(super) fn is_empty(&self) -> bool {
        self.written().next().is_none()
    }

    fn written(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| match self.secrets {
            Secrets::Kept => true,
            Secrets::LeftOut => !is_literal(&entry.value) || !names_a_secret(&entry.key),
            Secrets::All => !is_literal(&entry.value),
        })
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.written().map(|entry| {
            let secrets = match self.secrets {
                Secrets::LeftOut if *entry.key == VARIABLES => Secrets::All,
                other => other,
            };
            (entry.key.as_str(), Tree { value: &entry.value.value, secrets })
        }))
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let secrets = self.secrets;
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            // The version 1.10 is not to become 1.1.
            Value::Number(number)
                if number.value.is_f64() && number.value.to_string() != number.written =>
            {
                serializer.serialize_str(&number.written)
            }
            Value::Number(number) => number.value.serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let written =
                    items.iter().filter(|item| secrets != Secrets::All || !is_literal(item));
                serializer.collect_seq(written.map(|item| Tree { value: item, secrets }))
            }
            Value::Mapping(entries) => Members { entries, secrets }.serialize(serializer),
        }
    }
}

/// Whether a text or number stands there itself, and not where to find it.
pub(crate) fn is_literal(value: &Value) -> bool {
    match value {
        Value::Text(_) => !matches!(value.as_reference(), Some(Text::Reference(_))),
        Value::Number(_) => true,
        _ => false,
    }
}
