//! `POST /api/v1/ext/analytics/events`: an extension reports something for analytics.
//!
//! The documents give the call and not its body; it is read as that of a log entry. The activity of a
//! project shows it, see [`super::extension_events`].

use super::extension_events::LogEvent;

/// The path, [`crate::route::API`] included.
pub const PATH: &str = "/api/v1/ext/analytics/events";

/// What an extension reports.
pub type AnalyticsEvent = LogEvent;
