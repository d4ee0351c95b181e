//! A document's values, each with its place.

use std::fmt;

use serde_json::Value as Json;

use crate::spanned::Spanned;
use crate::text::Text;

/// A value and where it stands.
pub type Node = Spanned<Value>;

/// A value of YAML or JSON. It may be secret, so `Debug` shows what it is and not what it says.
///
/// ```
/// use kiket_manifest::Document;
///
/// let document = Document::parse("setup:\n  - test: {title: Try, action: crm.try}\n");
/// let step = &document.root().get("setup").unwrap().items()[0];
/// let action = step.get("test").unwrap().get("action").unwrap();
/// assert_eq!(action.as_text(), Some("crm.try"));
/// assert_eq!(document.position(action.span).to_string(), "line 2, column 32");
/// assert_eq!(document.path(action.span), "setup[0].test.action");
/// ```
#[derive(Clone, Default, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the document, each key once.
    Mapping(Vec<Entry>),
}

/// A number and the way it is written: the version `1.10` is not `1.1`. Two are equal when the
/// numbers are.
#[derive(Clone)]
pub struct Number {
    /// The number.
    pub value: serde_json::Number,
    /// The same as written.
    pub written: String,
}

/// A member of a mapping.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The member's name.
    pub key: Spanned<String>,
    /// Its value, which knows the place of the key too.
    pub value: Node,
}

impl Value {
    /// The member of this name, unless it is absent or null, or this is no mapping.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        let entry = self.entries().iter().find(|entry| *entry.key == name)?;
        Some(&entry.value).filter(|node| !node.is_null())
    }

    /// The members, nulls included; none when this is no mapping.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        if let Self::Mapping(entries) = self { entries } else { &[] }
    }

    /// The items; none when this is no list.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text, unless this is something else.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text, or a number as it is written.
    #[must_use]
    pub fn as_written(&self) -> Option<&str> {
        if let Self::Number(number) = self { Some(&number.written) } else { self.as_text() }
    }

    /// The boolean, unless this is something else.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The number, unless this is something else.
    #[must_use]
    pub fn as_number(&self) -> Option<&serde_json::Number> {
        if let Self::Number(number) = self { Some(&number.value) } else { None }
    }

    /// The text as a literal or a reference, unless this is no text or a broken reference.
    #[must_use]
    pub fn as_reference(&self) -> Option<Text> {
        self.as_text()?.parse().ok()
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// Whether this is a mapping.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self, Self::Mapping(_))
    }

    /// What this is, for messages: `a text`, `a list`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Number(number) => number.value.clone().into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.to_json()).collect(),
            Self::Mapping(entries) => {
                let member = |entry: &Entry| (entry.key.value.clone(), entry.value.to_json());
                entries.iter().map(member).collect()
            }
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(_) => f.write_str("Boolean(…)"),
            Self::Number(_) => f.write_str("Number(…)"),
            Self::Text(_) => f.write_str("Text(…)"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Mapping(entries) => f.debug_list().entries(entries).finish(),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: ", self.key.value)?;
        self.value.fmt(f)
    }
}
