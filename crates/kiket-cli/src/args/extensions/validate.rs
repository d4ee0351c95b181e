//! What `kiket extensions validate` takes.

use std::path::PathBuf;

use crate::args::Format;

/// Check everything that publishing an extension needs.
///
/// Beyond what `lint` says of the manifest: its documentation, its tests and samples, its archive,
/// and the repository that it is published from.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  it can be published; there may be warnings
  1  something can not be read or run
  2  the command line is wrong
  4  something that publishing needs is missing or wrong")]
pub(crate) struct Validate {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// How to show the checks.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
