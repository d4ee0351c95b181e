//! Whole commands, from the start of the process to its end, beside one that does nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use tempfile::NamedTempFile;

use crate::{inputs, verdict};

const ROUNDS: usize = 41;
/// Milliseconds.
const VERSION_BELOW: f64 = 10.0;
const LINT_BELOW: f64 = 50.0;

/// Prints what `true`, `kiket --version` and the lint of a long manifest take, in turns.
pub(crate) fn print() -> anyhow::Result<()> {
    let kiket = kiket()?;
    let text = inputs::long();
    let file = file(&text)?;
    let lint = lint(&kiket, file.path());
    ensure!(run(&lint)?.1 == Some(0), "the long manifest has faults");
    let lines = text.lines().count();
    let rows = [
        ("true".to_owned(), vec!["true".into()], None),
        ("kiket --version".to_owned(), vec![kiket, "--version".into()], Some(VERSION_BELOW)),
        (format!("kiket extensions lint, {lines} lines"), lint, Some(LINT_BELOW)),
    ];
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, command, _), times) in rows.iter().zip(&mut times) {
            times.push(run(command)?.0);
        }
    }
    println!("Whole commands, medians of {ROUNDS} rounds.\n");
    println!("{:<36} {:>8} {:>10}", "command", "ms", "above true");
    let nothing = median(&mut times[0]);
    for ((name, _, below), times) in rows.iter().zip(&mut times) {
        let time = median(times);
        let target = below.map(|below| format!("  below {below:.0}: {}", verdict(time, below)));
        let target = target.unwrap_or_default();
        println!("{name:<36} {time:>8.2} {:>10.2}{target}", time - nothing);
    }
    Ok(())
}

/// The command line beside this program.
pub(crate) fn kiket() -> anyhow::Result<PathBuf> {
    let kiket = std::env::current_exe()?.with_file_name("kiket");
    ensure!(kiket.exists(), "build `kiket` first: cargo build --release -p kiket-cli");
    Ok(kiket)
}

/// The manifest as a file that is gone when this is.
pub(crate) fn file(text: impl AsRef<[u8]>) -> anyhow::Result<NamedTempFile> {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile()?;
    std::fs::write(file.path(), text)?;
    Ok(file)
}

pub(crate) fn lint(kiket: &Path, file: &Path) -> Vec<PathBuf> {
    vec![kiket.into(), "extensions".into(), "lint".into(), file.into()]
}

/// The time in milliseconds and the exit code.
pub(crate) fn run(command: &[PathBuf]) -> anyhow::Result<(f64, Option<i32>)> {
    let (program, arguments) = command.split_first().context("no command")?;
    let begin = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok((begin.elapsed().as_secs_f64() * 1e3, status.code()))
}

/// The middle one, or the upper of the middle two.
pub(crate) fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
