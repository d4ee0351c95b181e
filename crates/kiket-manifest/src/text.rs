//! Texts that may be references to environment variables.
//!
//! Three spellings occur in manifests: `env.NAME`, the older `env:NAME`, and `${NAME}` or
//! `${NAME:-fallback}`. A reference is the whole value. Nothing is looked up while a manifest is
//! read: who may know the environment resolves the reference with a lookup of its own.

use std::fmt;
use std::str::FromStr;

use kiket_contract::secret::Secret;
use serde::{Serialize, Serializer};

/// A value that is written out, or a reference to where it is found.
///
/// `T` is what the text is: a `String`, or a [`Secret`] that must not be printed.
///
/// ```
/// use kiket_manifest::Text;
///
/// let url: Text = "${EXTENSION_BASE_URL:-http://localhost:8080}".parse()?;
/// assert_eq!(url.resolve(|_| None)?, "http://localhost:8080");
/// assert_eq!(url.resolve(|_| Some("https://crm.example.com".into()))?, "https://crm.example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text<T = String> {
    /// The value itself.
    Literal(T),
    /// Where the value is found.
    Reference(Reference<T>),
}

/// A reference to an environment variable. It prints as `${NAME}`, without the fallback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<T = String> {
    /// The variable's name.
    pub variable: String,
    /// The value when the variable is unset or empty.
    pub fallback: Option<T>,
}

/// A reference without a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{variable}` has no value; set it, or write the value in place of the reference")]
pub struct Unresolved {
    /// The variable's name.
    pub variable: String,
}

/// A text with `${` in it that is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "holds `${{` but is no reference; \
     write `${{NAME}}` or `${{NAME:-fallback}}` as the whole value"
)]
pub struct InvalidReference;

impl<T: Clone + From<String>> Text<T> {
    /// The value: the literal, or what `lookup` answers for the variable, or the fallback.
    ///
    /// An empty answer counts as none.
    ///
    /// # Errors
    /// When the variable has no value and there is no fallback.
    pub fn resolve(&self, lookup: impl FnOnce(&str) -> Option<String>) -> Result<T, Unresolved> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Reference(reference) => reference.resolve(lookup),
        }
    }
}

impl<T: Clone + From<String>> Reference<T> {
    fn resolve(&self, lookup: impl FnOnce(&str) -> Option<String>) -> Result<T, Unresolved> {
        lookup(&self.variable)
            .filter(|value| !value.is_empty())
            .map(T::from)
            .or_else(|| self.fallback.clone())
            .ok_or_else(|| Unresolved { variable: self.variable.clone() })
    }
}

impl<T: From<String>> FromStr for Text<T> {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        match reference(text) {
            Some((variable, fallback)) => Ok(Self::Reference(Reference {
                variable: variable.to_owned(),
                fallback: fallback.map(|value| T::from(value.to_owned())),
            })),
            None if text.contains("${") => Err(InvalidReference),
            None => Ok(Self::Literal(T::from(text.to_owned()))),
        }
    }
}

/// The variable and the fallback of a reference.
fn reference(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(inside) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        let (variable, fallback) = match inside.split_once(":-") {
            Some((variable, fallback)) => (variable, Some(fallback)),
            None => (inside, None),
        };
        return is_variable(variable).then_some((variable, fallback));
    }
    let (prefix, variable) = text.split_at_checked("env.".len())?;
    let is_prefix = ["env.", "env:"].iter().any(|known| prefix.eq_ignore_ascii_case(known));
    (is_prefix && is_variable(variable)).then_some((variable, None))
}

fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl<T> fmt::Display for Reference<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}}}", self.variable)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(text) => serializer.serialize_str(text),
            Self::Reference(Reference { variable, fallback: Some(fallback) }) => {
                serializer.collect_str(&format_args!("${{{variable}:-{fallback}}}"))
            }
            Self::Reference(reference) => serializer.collect_str(reference),
        }
    }
}

impl Text<Secret> {
    /// The reference, when the secret itself is not written in the manifest.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference<Secret>> {
        match self {
            Self::Literal(_) => None,
            Self::Reference(reference) => Some(reference),
        }
    }
}
