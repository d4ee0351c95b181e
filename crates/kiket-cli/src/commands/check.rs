//! One thing that is looked at and judged, and how many such are shown.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::args::Format;
use crate::printer;

const PASS: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const FAIL: Style = AnsiColor::Red.on_default().bold();

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum Outcome {
    Pass,
    /// Somebody should look at it.
    Warn,
    /// It has to be corrected.
    Fail,
}

/// A check that was made.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::commands) struct Check {
    /// Stays the same over versions.
    pub(in crate::commands) id: &'static str,
    pub(in crate::commands) outcome: Outcome,
    /// What was seen.
    pub(in crate::commands) message: String,
    /// What to do about it.
    pub(in crate::commands) fix: Option<String>,
}

impl Check {
    pub(in crate::commands) fn pass(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, outcome: Outcome::Pass, message: message.into(), fix: None }
    }

    pub(in crate::commands) fn warn(
        id: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (message, fix) = (message.into(), Some(fix.into()));
        Self { id, outcome: Outcome::Warn, message, fix }
    }

    pub(in crate::commands) fn fail(
        id: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { outcome: Outcome::Fail, ..Self::warn(id, message, fix) }
    }
}

/// How many did not pass.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands) struct Count {
    pub(in crate::commands) failed: usize,
    pub(in crate::commands) warned: usize,
}

/// Counts them.
pub(in crate::commands) fn count(checks: &[Check]) -> Count {
    let of = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    Count { failed: of(Outcome::Fail), warned: of(Outcome::Warn) }
}

#[derive(Serialize)]
struct Shown<'a> {
    checks: &'a [Check],
    failed: usize,
    warned: usize,
}

/// Shows each check, and in a line for people what they come to.
///
/// # Errors
/// When standard output can not be written to.
pub(in crate::commands) fn show(
    checks: &[Check],
    format: Format,
    verdict: &str,
) -> anyhow::Result<()> {
    if format == Format::Json {
        let Count { failed, warned } = count(checks);
        let shown = Shown { checks, failed, warned };
        return Ok(printer::line(serde_json::to_string_pretty(&shown)?)?);
    }
    for Check { id, outcome, message, fix } in checks {
        let (style, word) = match outcome {
            Outcome::Pass => (PASS, "pass"),
            Outcome::Warn => (WARN, "warn"),
            Outcome::Fail => (FAIL, "fail"),
        };
        printer::line(format_args!("{style}{word}{style:#}  {id}: {message}"))?;
        if let Some(fix) = fix {
            printer::line(format_args!("      help: {fix}"))?;
        }
    }
    Ok(printer::line(verdict)?)
}
