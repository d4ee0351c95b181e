//! What was packed, or why not, for people and for programs.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::archive::{Packed, hex};
use super::contents::Contents;
use super::problem::Problem;
use crate::args::Format;
use crate::printer;

const ERROR: Style = AnsiColor::Red.on_default().bold();
/// So many of the files that are left out are named.
const NAMED: usize = 10;

#[derive(Serialize)]
struct Shown<'a> {
    archive: Option<String>,
    /// Of the archive, in bytes.
    size: Option<u64>,
    sha256: Option<&'a str>,
    files: Vec<Item<'a>>,
    left_out: &'a [String],
}

#[derive(Serialize)]
struct Item<'a> {
    path: &'a str,
    /// In bytes.
    size: u64,
    sha256: String,
}

#[derive(Serialize)]
struct Refused<'a> {
    problems: &'a [Problem],
}

/// What would be packed.
pub(super) fn list(contents: &Contents, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => json(None, contents)?,
        Format::Text => {
            for path in contents.files.keys() {
                printer::line(path)?;
            }
            left_out(contents)?;
        }
    }
    Ok(())
}

/// What was packed.
pub(super) fn packed(packed: &Packed, contents: &Contents, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => json(Some(packed), contents)?,
        Format::Text => {
            printer::line(packed.path.display())?;
            printer::line(format_args!("sha256 {}", packed.sha256))?;
            printer::line(format_args!("{} files, {} bytes", contents.files.len(), packed.size))?;
            left_out(contents)?;
        }
    }
    Ok(())
}

fn json(packed: Option<&Packed>, contents: &Contents) -> anyhow::Result<()> {
    let files = contents.files.iter();
    let files = files.map(|(path, file)| Item { path, size: file.size, sha256: hex(&file.sha256) });
    let shown = Shown {
        archive: packed.map(|packed| packed.path.display().to_string()),
        size: packed.map(|packed| packed.size),
        sha256: packed.map(|packed| packed.sha256.as_str()),
        files: files.collect(),
        left_out: &contents.left_out,
    };
    Ok(printer::line(serde_json::to_string_pretty(&shown)?)?)
}

fn left_out(contents: &Contents) -> anyhow::Result<()> {
    let count = contents.left_out.len();
    let Some(first) = contents.left_out.first() else { return Ok(()) };
    let mut names: Vec<_> = contents.left_out.iter().take(NAMED).map(String::as_str).collect();
    if count > NAMED {
        names.push("…");
    }
    Ok(printer::note(format_args!(
        "left out: {}; a line `!{first}` in .kiketignore adds one",
        names.join(", ")
    ))?)
}

/// Why nothing was packed.
pub(super) fn problems(problems: &[Problem], format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        printer::line(serde_json::to_string_pretty(&Refused { problems })?)?;
        return Ok(());
    }
    for problem in problems {
        let Problem { id, message, help, .. } = problem;
        let place = problem.place().map_or_else(String::new, |place| format!("{place}: "));
        printer::note(format_args!(
            "{ERROR}error[{id}]{ERROR:#}: {place}{message}\n  help: {help}"
        ))?;
    }
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    Ok(printer::note(format_args!("nothing is packed: {count} {noun}"))?)
}
