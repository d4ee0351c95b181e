//! `POST /api/v1/extensions/notifications`: an extension tells its installation's people something.

use serde::{Deserialize, Serialize};

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/extensions/notifications";

/// What people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// In a few words.
    pub title: String,
    /// The whole.
    pub body: String,
    /// How much it matters: `info` or `warning`.
    #[serde(default = "info")]
    pub level: String,
}

fn info() -> String {
    "info".to_owned()
}
