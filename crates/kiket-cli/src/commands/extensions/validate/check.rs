//! One thing that publishing needs.

use serde::Serialize;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Pass,
    /// Somebody should look at it; it can be published.
    Warn,
    /// It can not be published.
    Fail,
}

/// A check that was made.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// Stays the same over versions.
    pub(super) id: &'static str,
    pub(super) outcome: Outcome,
    /// What was seen.
    pub(super) message: String,
    /// What to do about it.
    pub(super) fix: Option<String>,
}

impl Check {
    pub(super) fn pass(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, outcome: Outcome::Pass, message: message.into(), fix: None }
    }

    pub(super) fn warn(
        id: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (message, fix) = (message.into(), Some(fix.into()));
        Self { id, outcome: Outcome::Warn, message, fix }
    }

    pub(super) fn fail(
        id: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { outcome: Outcome::Fail, ..Self::warn(id, message, fix) }
    }
}
