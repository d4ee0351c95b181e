//! `kiket extensions lint`: what is wrong with a manifest.

mod explain;
mod fix;
mod github;
mod json;
mod report;
mod sarif;
mod text;

use std::path::Path;

use anyhow::Context as _;
use kiket_contract::description::Description;
use kiket_manifest::{Folder, Severity, lint};

use self::report::Report;
use super::code;
use super::input::Input;
use crate::args::{Lint, LintFormat};
use crate::exit::Exit;
use crate::printer;

/// Checks a manifest, or explains a rule.
pub(super) fn run(args: &Lint) -> anyhow::Result<Exit> {
    if let Some(id) = args.explain {
        printer::line(explain::explained(id).trim_end())?;
        return Ok(Exit::Ok);
    }
    let mut input = Input::read(&args.path)?;
    if args.fix {
        input = fix::fixed(input, &args.allow)?;
    }
    let is_output_taken = args.fix && input.path().is_none();
    let folder = input.folder().map(Folder::read).transpose()?;
    let code = if args.code { described(&input)? } else { None };
    let beside = lint::Beside { folder: folder.as_ref(), code: code.as_ref() };
    let report = Report::of(&input, beside, &args.allow, &args.deny);
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

/// The findings of an extension's folder for people, and whether one of them is an error. No text:
/// nothing is wrong.
pub(crate) fn checked(folder: &Path) -> anyhow::Result<(Option<String>, bool)> {
    let input = Input::read(folder)?;
    let files = Folder::read(folder)?;
    let beside = lint::Beside { folder: Some(&files), code: None };
    let report = Report::of(&input, beside, &[], &[]);
    let text = (!report.findings.is_empty()).then(|| text::shown(&report));
    Ok((text, report.errors() > 0))
}

/// What the code says, unless the manifest is one that it could not even read.
fn described(input: &Input) -> anyhow::Result<Option<Description>> {
    let folder = input.folder().with_context(|| {
        format!("`--code` runs a whole extension; name its folder in place of {}", input.name())
    })?;
    let mut findings = input.document.findings().iter();
    if findings.any(|finding| finding.severity == Severity::Error) {
        printer::note("the code is not compared: correct the manifest's errors first")?;
        return Ok(None);
    }
    code::description(folder).map(Some)
}

fn verdict(report: &Report<'_>) -> Exit {
    if report.errors() > 0 {
        Exit::Validation
    } else if report.denied() > 0 {
        Exit::Failed
    } else {
        Exit::Ok
    }
}
