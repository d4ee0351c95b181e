//! `POST /api/v1/extensions/metrics`: an extension reports a number of its own.

use serde::{Deserialize, Serialize};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extensions/metrics";

/// A number that an extension measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// What was measured.
    pub name: String,
    /// How much.
    pub value: f64,
    /// In which unit.
    #[serde(default = "count")]
    pub unit: String,
}

fn count() -> String {
    "count".to_owned()
}
