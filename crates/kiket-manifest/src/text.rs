//! Texts that may be references.
//!
//! Environment variables have three spellings in manifests: `env.NAME`, the older `env:NAME`, and
//! `${NAME}` or `${NAME:-fallback}`. `ext.name` is a credential of the extension's maker and
//! `org.name` a secret of the organisation. A reference is the whole value. Nothing is looked up
//! while a manifest is read: who may know the value resolves the reference.

use std::fmt;
use std::str::FromStr;

use kiket_contract::secret::Secret;

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

/// A reference to a value elsewhere. It prints as `${NAME}`, `ext.name` or `org.name`, without the
/// fallback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<T = String> {
    /// Where the value is.
    pub origin: Origin,
    /// Its name there.
    pub name: String,
    /// The value when there is none or it is empty; only environment variables have one.
    pub fallback: Option<T>,
}

/// Where a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// To an environment variable.
    Environment,
    /// To a credential of the extension's maker, `ext.name`.
    Extension,
    /// To a secret of the organisation, `org.name`.
    Organization,
}

/// A reference without a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{variable}` has no value; set it, or write the value in place of the reference")]
pub struct Unresolved {
    /// The variable's name, or `ext.name` or `org.name`.
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
    /// The value: the literal, or what `lookup` answers for the environment variable, or the
    /// fallback.
    ///
    /// An empty answer counts as none. References to `ext.name` and `org.name` are never looked up
    /// in an environment.
    ///
    /// # Errors
    /// When the reference has no value and there is no fallback.
    pub fn resolve(&self, lookup: impl FnOnce(&str) -> Option<String>) -> Result<T, Unresolved> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Reference(reference) => reference.resolve(lookup),
        }
    }
}

impl<T: Clone + From<String>> Reference<T> {
    /// The value, as [`Text::resolve`] finds it.
    ///
    /// # Errors
    /// When the reference has no value and there is no fallback.
    pub fn resolve(&self, lookup: impl FnOnce(&str) -> Option<String>) -> Result<T, Unresolved> {
        let found = (self.origin == Origin::Environment).then(|| lookup(&self.name)).flatten();
        found
            .filter(|value| !value.is_empty())
            .map(T::from)
            .or_else(|| self.fallback.clone())
            .ok_or_else(|| Unresolved { variable: self.spoken() })
    }
}

impl<T> Reference<T> {
    fn spoken(&self) -> String {
        match self.origin {
            Origin::Environment => self.name.clone(),
            Origin::Extension | Origin::Organization => self.to_string(),
        }
    }
}

impl<T: From<String>> FromStr for Text<T> {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        match reference(text) {
            Some((origin, name, fallback)) => Ok(Self::Reference(Reference {
                origin,
                name: name.to_owned(),
                fallback: fallback.map(|value| T::from(value.to_owned())),
            })),
            None if text.contains("${") => Err(InvalidReference),
            None => Ok(Self::Literal(T::from(text.to_owned()))),
        }
    }
}

/// The parts of a reference.
fn reference(text: &str) -> Option<(Origin, &str, Option<&str>)> {
    if let Some(inside) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        let (name, fallback) = match inside.split_once(":-") {
            Some((name, fallback)) => (name, Some(fallback)),
            None => (inside, None),
        };
        return is_name(name).then_some((Origin::Environment, name, fallback));
    }
    let (prefix, name) = text.split_at_checked("env.".len())?;
    let origin = match prefix.to_ascii_lowercase().as_str() {
        "env." | "env:" => Origin::Environment,
        "ext." => Origin::Extension,
        "org." => Origin::Organization,
        _ => return None,
    };
    is_name(name).then_some((origin, name, None))
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl<T> fmt::Display for Reference<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Environment => write!(f, "${{{}}}", self.name),
            Origin::Extension => write!(f, "ext.{}", self.name),
            Origin::Organization => write!(f, "org.{}", self.name),
        }
    }
}

impl<T: AsRef<str>> Text<T> {
    /// The text as it is written in the canonical form, with literals and fallbacks.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Literal(text) => text.as_ref().to_owned(),
            Self::Reference(Reference { name, fallback: Some(fallback), .. }) => {
                format!("${{{name}:-{}}}", fallback.as_ref())
            }
            Self::Reference(reference) => reference.to_string(),
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
