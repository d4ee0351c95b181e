//! `/api/v1/ext/custom_data/{module}/{table}`: the records of an extension's own tables.
//!
//! - `GET` the list, filtered as [`ListRecords`] says, and `GET …/{id}` one: [`OneRecord`];
//! - `POST` a [`WriteRecord`], `PATCH …/{id}` the columns that change, `DELETE …/{id}`.
//!
//! The project stands in the query of all of them, see [`InProject`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AnyId;
use crate::route::{InvalidSegment, api};

/// A record: its columns, with `id` and `project_id` among them.
pub type Record = Map<String, Value>;

/// The path of a table.
///
/// # Errors
/// When a name can not stand in a path.
pub fn path(module: &str, table: &str) -> Result<String, InvalidSegment> {
    api(&["ext", "custom_data", module, table])
}

/// The path of a record.
///
/// # Errors
/// When a name or the id can not stand in a path.
pub fn record_path(module: &str, table: &str, id: &AnyId) -> Result<String, InvalidSegment> {
    api(&["ext", "custom_data", module, table, &id.to_string()])
}

/// The query of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListRecords {
    /// The project.
    pub project_id: AnyId,
    /// Columns and what they have to be equal to: in the query a JSON text.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub filters: Map<String, Value>,
    /// The most records of the page, 50 when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The query of a call that needs nothing but a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InProject {
    /// The project.
    pub project_id: AnyId,
}

/// The body of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WriteRecord<T = Record> {
    /// The columns: of a new record all that it has, of another those that change.
    pub record: T,
}

/// The answer with one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OneRecord {
    /// The record.
    pub data: Record,
}
