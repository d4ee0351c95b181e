//! Lists whose pages are numbered.

use serde::{Deserialize, Serialize};

/// Where in a list a page is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Pagination {
    /// Which page it is, from 1.
    pub page: u32,
    /// The most entries of a page.
    pub per_page: u32,
    /// The entries of the list.
    pub total: u64,
    /// The pages of the list.
    pub total_pages: u32,
}
