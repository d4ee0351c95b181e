//! The text as a tree that knows where everything stands, and the way to take typed values from it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_saphyr::Spanned;

use crate::Error;
use crate::error::Position;

/// A value and its place in the text.
pub(crate) type Node = Spanned<Value>;

/// A value of YAML or JSON. It may be secret, so it does not print.
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Mapping(BTreeMap<String, Node>),
}

/// A value, its path from the root and the whole text, so that an error can say all about it.
#[derive(Clone)]
pub(crate) struct Member<'a> {
    node: &'a Node,
    path: String,
    source: &'a str,
}

impl<'a> Member<'a> {
    pub(crate) fn root(node: &'a Node, source: &'a str) -> Self {
        Self { node, path: String::new(), source }
    }

    /// The member of this name, unless it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Self>, Error> {
        let found = self.mapping()?.get(name);
        Ok(found
            .filter(|node| !matches!(node.value, Value::Null))
            .map(|node| self.child(name, node)))
    }

    /// Every member with its name, nulls included.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Error> {
        let entries = self.mapping()?.iter();
        Ok(entries.map(|(name, node)| (name.as_str(), self.child(name, node))).collect())
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Error> {
        let Value::List(items) = &self.node.value else {
            return Err(self.wrong("a list"));
        };
        let item = |(index, node)| Self {
            node,
            path: format!("{}[{index}]", self.path),
            source: self.source,
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<&'a str, Error> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong("a text")),
        }
    }

    /// A text, or a number as it is written: the version `1.10` is not `1.1`.
    pub(crate) fn written(&self) -> Result<&'a str, Error> {
        match &self.node.value {
            Value::Number(_) => self.slice().ok_or_else(|| self.wrong("a text in quotes")),
            _ => self.text(),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        match self.node.value {
            Value::Boolean(value) => Ok(value),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn count<T: TryFrom<u64>>(&self, wanted: &str) -> Result<T, Error> {
        let Value::Number(number) = &self.node.value else {
            return Err(self.wrong(wanted));
        };
        number
            .as_u64()
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| self.error(format!("can not be {number}; write {wanted}")))
    }

    /// Any value, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        json(&self.node.value)
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.node.value, Value::Mapping(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self.node.value, Value::Text(_))
    }

    /// An error about this member.
    pub(crate) fn error(&self, problem: impl Into<String>) -> Error {
        Error::Member {
            member: if self.path.is_empty() { "manifest".to_owned() } else { self.path.clone() },
            position: Position::of(self.node.referenced),
            problem: problem.into(),
        }
    }

    fn wrong(&self, wanted: &str) -> Error {
        let found = match &self.node.value {
            Value::Null => "is empty",
            Value::Boolean(_) => "is a boolean",
            Value::Number(_) => "is a number",
            Value::Text(_) => "is a text",
            Value::List(_) => "is a list",
            Value::Mapping(_) => "is a mapping",
        };
        self.error(format!("{found}; write {wanted}"))
    }

    fn mapping(&self) -> Result<&'a BTreeMap<String, Node>, Error> {
        match &self.node.value {
            Value::Mapping(mapping) => Ok(mapping),
            _ => Err(self.wrong("a mapping")),
        }
    }

    fn child(&self, name: &str, node: &'a Node) -> Self {
        let path =
            if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { node, path, source: self.source }
    }

    /// The scalar as it stands in the text.
    fn slice(&self) -> Option<&'a str> {
        let span = self.node.defined.span();
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let length = usize::try_from(span.byte_len()?).ok()?;
        self.source.get(start..start.checked_add(length)?)
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(value) => (*value).into(),
        Value::Number(number) => number.clone().into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(|item| json(&item.value)).collect(),
        Value::Mapping(entries) => {
            entries.iter().map(|(name, node)| (name.clone(), json(&node.value))).collect()
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        Ok(number.unwrap_or_else(|| Value::Text(value.to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut mapping = BTreeMap::new();
        while let Some((name, node)) = entries.next_entry()? {
            mapping.insert(name, node);
        }
        Ok(Value::Mapping(mapping))
    }
}
