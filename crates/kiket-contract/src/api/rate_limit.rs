//! `GET /api/v1/ext/rate_limit`: how many calls an installation may still make in this window.

use serde::{Deserialize, Serialize};

use super::spelling::Both;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/rate_limit";

/// The calls of one window, unless the manifest's `rate_limiting` says less.
pub const DEFAULT_LIMIT: u32 = 600;
/// How long a window is, in seconds.
pub const WINDOW_SECONDS: u32 = 60;

/// The answer. It is written as `rate_limit` and as `rateLimit`, see [`Both`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateLimitAnswer {
    /// The window.
    #[cfg_attr(feature = "schema", schemars(with = "RateLimit"))]
    pub rate_limit: Both<RateLimit>,
}

/// A window in which calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RateLimit {
    /// How many calls a window has.
    pub limit: u64,
    /// How many are left in this one.
    pub remaining: u64,
    /// How long a window is, in seconds.
    #[serde(default)]
    pub window_seconds: u64,
    /// When the next window begins, in seconds from now.
    #[serde(default)]
    pub reset_in: u64,
}

impl RateLimit {
    /// A window of this many seconds.
    #[must_use]
    pub fn new(limit: u64, remaining: u64, window_seconds: u64, reset_in: u64) -> Self {
        Self { limit, remaining, window_seconds, reset_in }
    }
}
