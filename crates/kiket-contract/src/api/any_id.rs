//! An id of something that Kiket keeps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{InstallationId, OrganizationId, ProjectId};

/// An id as Kiket gives it, a number or a text. Two that read the same are the same.
///
/// ```
/// use kiket_contract::api::AnyId;
///
/// assert_eq!(AnyId::from(27), AnyId::from("27"));
/// assert_eq!(AnyId::from("SHOP-231").to_string(), "SHOP-231");
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum AnyId {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl PartialEq for AnyId {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Number(number), Self::Text(text)) | (Self::Text(text), Self::Number(number)) => {
                number.to_string() == *text
            }
        }
    }
}

impl Eq for AnyId {}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for AnyId {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AnyId {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&Self> for AnyId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

macro_rules! from_numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for AnyId {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        }
    )*};
}

from_numbers! { i32 i64 u32 ProjectId OrganizationId InstallationId }
