//! `kiket extensions lint`: what is wrong with a manifest.

mod explain;
mod fix;
mod github;
mod json;
mod report;
mod sarif;
mod text;

use std::process::ExitCode;

use self::report::Report;
use super::UNUSABLE;
use super::input::Input;
use crate::args::{Lint, LintFormat};
use crate::printer;

/// The exit code for warnings that are denied.
const DENIED: u8 = 1;

/// Checks a manifest, or explains a rule.
pub(super) fn run(args: &Lint) -> anyhow::Result<ExitCode> {
    if let Some(id) = args.explain {
        printer::line(explain::explained(id).trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut input = Input::read(&args.path)?;
    if args.fix {
        input = fix::fixed(input, &args.allow)?;
    }
    let is_output_taken = args.fix && input.path().is_none();
    let report = Report::of(&input, args);
    let shown = match args.format {
        LintFormat::Text => text::shown(&report),
        LintFormat::Json => json::shown(&report)?,
        LintFormat::Sarif => sarif::shown(&report),
        LintFormat::Github => github::shown(&report),
    };
    match shown.trim_end() {
        "" => {}
        shown if is_output_taken => printer::note(shown)?,
        shown => printer::line(shown)?,
    }
    Ok(verdict(&report))
}

fn verdict(report: &Report<'_>) -> ExitCode {
    if report.errors() > 0 {
        ExitCode::from(UNUSABLE)
    } else if report.denied() > 0 {
        ExitCode::from(DENIED)
    } else {
        ExitCode::SUCCESS
    }
}
