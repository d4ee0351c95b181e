//! `POST /api/v1/extensions/metrics`: an extension reports a number of its own.

use serde::{Deserialize, Serialize};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extensions/metrics";

/// The most characters of a metric's name, and of its unit.
pub const LONGEST_NAME: usize = 128;

/// A number that an extension measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// What was measured, up to [`LONGEST_NAME`] characters.
    pub name: String,
    /// How much.
    pub value: f64,
    /// In which unit, as long as the name may be.
    #[serde(default = "count")]
    pub unit: String,
}

fn count() -> String {
    "count".to_owned()
}
