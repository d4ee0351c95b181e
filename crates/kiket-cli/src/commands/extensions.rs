//! `kiket extensions`: works on an extension's manifest.

mod code;
mod input;
mod lint;
mod mask;
mod migrate;
mod replace;

use std::process::ExitCode;

use crate::args::Extensions;
use crate::printer;

/// The exit code for a manifest that can not be used, read or written.
const UNUSABLE: u8 = 4;

/// Runs one of the commands.
pub(crate) fn run(command: Extensions) -> ExitCode {
    let done = match command {
        Extensions::Lint(args) => lint::run(&args),
        Extensions::Migrate(args) => migrate::run(&args),
        Extensions::Schema => schema(),
    };
    done.unwrap_or_else(|error| {
        printer::error(&error);
        ExitCode::from(UNUSABLE)
    })
}

fn schema() -> anyhow::Result<ExitCode> {
    printer::exactly(&format!("{:#}\n", kiket_manifest::schema()))?;
    Ok(ExitCode::SUCCESS)
}
