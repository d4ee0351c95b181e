//! What is wrong with a body, said without any of its values.

use serde::de::DeserializeOwned;
use serde_json::Error;
use serde_json::error::Category;

use super::{Envelope, Json, Object};

/// How much of a path is shown, in characters. Its parts may be keys from the body.
const LONGEST_PATH: usize = 200;

/// What is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the body is not UTF-8")]
    NotUtf8,
    #[error(
        "the body can not be read as JSON: it breaks off, is wrong, nested too deep or has a number \
         that is too large at line {line}, column {column}"
    )]
    Syntax { line: usize, column: usize },
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("the body has the member `{0}` more than once")]
    Repeated(&'static str),
    #[error("the body's member `{0}` is malformed")]
    Member(&'static str),
    #[error("the body does not fit the handler: `{0}` is missing")]
    Missing(String),
    #[error("the body does not fit the handler: {0} has another form")]
    Mismatch(String),
    #[error("the body does not fit the handler, which knows no member `{0}`")]
    Unknown(String),
}

impl Fault {
    /// Whether the body is sound and does not fit the handler's type.
    pub(crate) fn is_misfit(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Mismatch(_) | Self::Unknown(_))
    }
}

/// Why reading as `T` failed. Slow, and only run on failure.
pub(super) fn explain<T: DeserializeOwned>(
    text: &str,
    envelope: &Envelope<'_>,
    error: &Error,
) -> Fault {
    if let Some(member) = envelope.repeated {
        return Fault::Repeated(member);
    }
    if error.classify() != Category::Data {
        return Fault::Syntax { line: error.line(), column: error.column() };
    }
    if let Some(member) = envelope.malformed {
        return Fault::Member(member);
    }
    if !text.trim_ascii_start().starts_with('{') {
        return Fault::NotAnObject;
    }
    mismatch::<T>(text, error)
}

/// Reads once more, noting the path. Of serde's own text only the name of a missing field is used,
/// because the rest may quote values.
fn mismatch<T: DeserializeOwned>(text: &str, error: &Error) -> Fault {
    let mut envelope = Envelope { informs_as_text: true, ..Envelope::default() };
    let mut json = Json::from_str(text);
    let object = Object { json: &mut json, envelope: &mut envelope };
    let path = match serde_path_to_error::deserialize::<_, T>(object) {
        Ok(_) => String::new(),
        Err(error) => error.path().to_string(),
    };
    let inside = (path != ".").then_some(path.as_str()).filter(|path| !path.is_empty());
    let said = error.to_string();
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let unknown = said.starts_with("unknown field `");
    let shown = |path: &str| path.chars().take(LONGEST_PATH).collect::<String>();
    match (inside, missing) {
        (Some(path), Some(field)) => Fault::Missing(shown(&format!("{path}.{field}"))),
        (None, Some(field)) => Fault::Missing(shown(field)),
        (Some(path), None) if unknown => Fault::Unknown(shown(path)),
        (Some(path), None) => Fault::Mismatch(format!("`{}`", shown(path))),
        (None, None) => Fault::Mismatch("the whole".to_owned()),
    }
}
