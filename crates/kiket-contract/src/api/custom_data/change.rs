//! What another schema changes in what is stored.

use serde::{Deserialize, Serialize};

/// One difference between the tables that there are and those of another schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SchemaChange {
    /// The module's id.
    pub module: String,
    /// The table.
    pub table: String,
    /// What changes.
    pub change: SchemaChangeKind,
    /// The column, or the columns of the index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// How much is lost for ever: records of a table, values of a column.
    pub lost: u64,
    /// Why the records do not allow it, whoever consents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}

/// What changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SchemaChangeKind {
    /// A table comes.
    TableAdded,
    /// A table goes with its records.
    TableRemoved,
    /// Removed records are kept from now on, or no more.
    SoftDeleteChanged,
    /// A column comes.
    ColumnAdded,
    /// A column goes with its values.
    ColumnRemoved,
    /// A column has other rules. What does not fit them is lost.
    ColumnChanged,
    /// An index comes.
    IndexAdded,
    /// An index goes.
    IndexRemoved,
}
