//! What `kiket doctor` takes.

use std::path::PathBuf;

use super::Remote;

/// Look for what keeps an extension from running here, or from being reached by its platform.
///
/// Looks at the manifest, the toolchain, the .env, the port, and at the platform when one is named.
/// The exit code is 1 when something fails; warnings alone leave it 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) remote: Remote,
}
