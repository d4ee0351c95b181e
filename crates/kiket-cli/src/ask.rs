//! Asking for consent.

use std::io::{self, IsTerminal as _, Write as _};

use crate::exit::Misuse;

/// Whether the user consents. `yes` consents already; without a terminal nobody can be asked.
///
/// # Errors
/// When nobody can be asked, or the question can not be written.
pub(crate) fn consent(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        let text = format!("{question} Nobody can be asked here: consent with --yes");
        return Err(Misuse(text).into());
    }
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
