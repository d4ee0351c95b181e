//! The checks, for people and for programs.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::check::{Check, Outcome};
use crate::args::Format;
use crate::printer;

const PASS: Style = AnsiColor::Green.on_default();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const FAIL: Style = AnsiColor::Red.on_default().bold();

#[derive(Serialize)]
struct Shown<'a> {
    checks: &'a [Check],
    failed: usize,
    warned: usize,
}

/// Shows each check, then how many did not pass.
pub(super) fn show(checks: &[Check], format: Format) -> anyhow::Result<()> {
    let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let (failed, warned) = (count(Outcome::Fail), count(Outcome::Warn));
    if format == Format::Json {
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
    Ok(printer::line(match failed {
        0 => "it can be published".to_owned(),
        count => format!("it can not be published yet: {count} of {} failed", checks.len()),
    })?)
}
