//! What the user sees: colour on a terminal, plain text on a pipe.

use std::fmt::Display;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Prints one line to standard output. Styles in the text reach terminals only.
///
/// # Errors
/// When standard output can not be written to.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    writeln!(anstream::stdout().lock(), "{text}")
}

/// Prints an error, with its causes, to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    // Where this can not be written, nothing else can be said either.
    let _ = writeln!(anstream::stderr().lock(), "{ERROR}error{ERROR:#}: {error:#}");
}

/// Prints one line to standard error, beside what standard output is for.
///
/// # Errors
/// When standard error can not be written to.
pub(crate) fn note(text: impl Display) -> io::Result<()> {
    writeln!(anstream::stderr().lock(), "{text}")
}

/// Writes a text to standard output exactly as it is.
///
/// # Errors
/// When standard output can not be written to.
pub(crate) fn exactly(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Text of others on one line, without what could steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
