//! What `kiket completions` and `kiket man` take.

use std::path::PathBuf;

use clap_complete::Shell;

/// Print the completions for a shell.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: Shell,
}

/// Print the manual page, or write one for each command into a folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// The folder, which is made when missing.
    pub(crate) dir: Option<PathBuf>,
}
