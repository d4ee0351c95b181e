//! `/api/v1/ext/custom_data/{module}/{table}`: the records of an extension's own tables.
//!
//! - `GET` the list, filtered as [`ListRecords`] says, and `GET …/{id}` one: [`OneRecord`];
//! - `POST` a [`WriteRecord`], `PATCH …/{id}` the columns that change, `DELETE …/{id}`.
//!
//! Operators reach the same records by other paths, see [`operators`].
//!
//! The project stands in the query of all of them, see [`InProject`]. What a record may hold says the
//! table's schema; each rule that it breaks is a [`Violation`] of the answer 422.

mod change;
pub mod operators;
mod violation;

pub use change::{SchemaChange, SchemaChangeKind};
pub use violation::{Rule, Violation};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AnyId;
use crate::id::ProjectId;
use crate::route::{InvalidSegment, api};

/// A record: its columns, with `id` and `project_id` among them.
pub type Record = Map<String, Value>;

/// The path of a table as a route has it, `{module}` and `{table}` variable.
pub const PATH: &str = "/api/v1/ext/custom_data/{module}/{table}";
/// The path of a record as a route has it.
pub const RECORD_PATH: &str = "/api/v1/ext/custom_data/{module}/{table}/{id}";

/// The records of a page when nothing is said.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most records that a page may have.
pub const MOST_RECORDS: u32 = 500;
/// The most bytes of a record's columns, as JSON.
pub const LARGEST_RECORD: usize = 64 * 1024;
/// A page ends before it has more bytes of records than this: some SDKs read no more than 256 KiB.
pub const LARGEST_PAGE: usize = 200 * 1024;
/// The most records that an installation may have in all its tables, with those that were removed and
/// are still kept.
pub const MOST_STORED: i64 = 1_000_000;
/// The most bytes of the columns of all these records, as JSON.
pub const LARGEST_STORED: i64 = 1024 * 1024 * 1024;
/// The most bytes of the values that an index has of one record.
pub const LONGEST_INDEXED: usize = 1000;

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
    /// The column that the records are in the order of, behind `-` for the largest first; the oldest
    /// record first when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// [`ListRecords`] as it stands in the query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRecordsQuery {
    /// The project.
    pub project_id: ProjectId,
    /// A JSON object: columns and what they have to be equal to, `null` for no value.
    pub filters: Option<String>,
    /// The most records of the page, from 1 to 500; 50 when nothing is said. A page of large records
    /// ends earlier.
    pub limit: Option<u32>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// The column that the records are in the order of, behind `-` for the largest first; the oldest
    /// record first when nothing is said.
    pub order: Option<String>,
}

/// The query of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteRecord {
    /// The project.
    pub project_id: ProjectId,
    /// Whether nothing of the record is kept. That needs the operation `admin`; without it the record
    /// is kept, and shown to nobody.
    #[serde(default)]
    pub hard: bool,
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
pub struct OneRecord<T = Record> {
    /// The record.
    pub data: T,
}
