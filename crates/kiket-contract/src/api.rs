//! Requests and responses of `/api/v1/**`, one file per resource, used by both sides.
//!
//! Lists come in pages, newest first: see [`Page`] and [`Limit`].

pub mod actions;
pub mod analytics_events;
mod any_id;
pub mod audit;
pub mod custom_data;
pub mod deliveries;
pub mod events;
pub mod extension_events;
pub mod extension_metrics;
pub mod extensions;
pub mod guards;
pub mod inbound_emails;
pub mod installations;
pub mod intake_forms;
pub mod issues;
pub mod notifications;
mod pagination;
pub mod projects;
pub mod rate_limit;
pub mod secrets;
pub mod signing_keys;
pub mod sla_events;
pub mod spelling;
pub mod telemetry;
pub mod time;
pub mod webhook_url;
pub mod workspace_tokens;

pub use any_id::AnyId;
pub use pagination::Pagination;

use serde::{Deserialize, Serialize};

/// The member of a list's query that says where the last page ended.
pub const CURSOR: &str = "cursor";

/// The member of a list's query that numbers the page, from 1, where pages are numbered.
pub const PAGE: &str = "page";

/// The answer of a write that has nothing to return; never an empty body, which some SDKs refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Done {
    /// Always `true`.
    pub ok: bool,
}

impl Done {
    /// `{"ok": true}`.
    pub const OK: Self = Self { ok: true };
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// What to send as `cursor` for the part that follows; none at the end of the list.
    pub next_cursor: Option<String>,
}

/// The most entries of a page: from 1 to 100, 25 when nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u64", into = "u64")]
pub struct Limit(u8);

/// A page's limit that is not from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number from 1 to {most}", most = Limit::MOST)]
pub struct InvalidLimit(u64);

impl Limit {
    /// The most entries that a page may have.
    pub const MOST: u8 = 100;

    /// The number of entries.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(25)
    }
}

impl TryFrom<u64> for Limit {
    type Error = InvalidLimit;

    fn try_from(number: u64) -> Result<Self, InvalidLimit> {
        match u8::try_from(number) {
            Ok(limit @ 1..=Self::MOST) => Ok(Self(limit)),
            _ => Err(InvalidLimit(number)),
        }
    }
}

impl From<Limit> for u64 {
    fn from(limit: Limit) -> Self {
        Self::from(limit.0)
    }
}
