//! What is wrong with a record.

use serde::{Deserialize, Serialize};

/// A rule of a table's schema that a record or a filter breaks. The answer 422 has a list of them as
/// `details`. No text of it shows a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Violation {
    /// The column; several columns of one index are separated by commas, and `record` is the whole.
    pub field: String,
    /// The rule.
    pub rule: Rule,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The rules that a table's schema has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The table has no such column.
    Unknown,
    /// Kiket sets the column by itself.
    ReadOnly,
    /// The value is of another type.
    Type,
    /// The column needs a value.
    Null,
    /// The text is too long.
    Length,
    /// The number is too large or too small for its type.
    Range,
    /// The number has more digits than the column.
    Precision,
    /// The value is none of those that the column may have.
    Enum,
    /// Another record has the same.
    Unique,
    /// The record is too large.
    Size,
}
