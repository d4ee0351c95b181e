//! `/api/v1/custom_data/{module}/{table}`: the same records for operators, who say which project they
//! mean: by its number or by its key.
//!
//! Where several extensions of the project have the module, `extension_id` says which is meant.

use serde::{Deserialize, Serialize};

use crate::api::projects::ProjectKey;
use crate::id::ProjectId;
use crate::route::{InvalidSegment, api};

/// The path of a table as a route has it.
pub const PATH: &str = "/api/v1/custom_data/{module}/{table}";
/// The path of a record as a route has it.
pub const RECORD_PATH: &str = "/api/v1/custom_data/{module}/{table}/{id}";

/// The path of a table.
///
/// # Errors
/// When a name can not stand in a path.
pub fn path(module: &str, table: &str) -> Result<String, InvalidSegment> {
    api(&["custom_data", module, table])
}

/// The path of a record.
///
/// # Errors
/// When a name can not stand in a path.
pub fn record_path(module: &str, table: &str, id: i64) -> Result<String, InvalidSegment> {
    api(&["custom_data", module, table, &id.to_string()])
}

/// The part of a query that says where a table is; one of the two for the project has to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The project's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The project's key, in the place of its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_key: Option<ProjectKey>,
    /// The extension, where several of the project have the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
}

/// The query of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRecords {
    /// The project's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The project's key, in the place of its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_key: Option<ProjectKey>,
    /// The extension, where several of the project have the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// A JSON object: columns and what they have to be equal to, `null` for no value. For texts
    /// `filters[column]=text` will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<String>,
    /// The most records of the page, from 1 to 500; 50 when nothing is said. A page of large records
    /// ends earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The column that the records are in the order of, behind `-` for the largest first; the oldest
    /// record first when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// The query of a removal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteRecord {
    /// The project's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The project's key, in the place of its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_key: Option<ProjectKey>,
    /// The extension, where several of the project have the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Whether nothing of the record is kept. That needs the operation `admin`; without it the record
    /// is kept, and shown to nobody.
    #[serde(default)]
    pub hard: bool,
}
