//! What `kiket installations` takes.

use std::path::PathBuf;

use clap::Subcommand;
use kiket_contract::api::installations::LONGEST_OVERLAP_MINUTES;
use kiket_contract::id::InstallationId;

use super::{Consent, Remote};

/// Look after an installed extension.
#[derive(Debug, clap::Args)]
pub(crate) struct Installations {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: InstallationsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InstallationsCommand {
    /// Show an installation: where it goes, what it hears, what it may.
    Show(OneInstallation),
    RotateKey(RotateKey),
    RotateSecret(RotateSecret),
    /// Let an installation's deliveries wait; its guards deny meanwhile.
    Pause(OneInstallation),
    /// Deliver again, what has waited first.
    Resume(OneInstallation),
}

#[derive(Debug, clap::Args)]
pub(crate) struct OneInstallation {
    /// The installation's number.
    pub(crate) id: InstallationId,
}

/// Make another API key; it is shown this once.
#[derive(Debug, clap::Args)]
pub(crate) struct RotateKey {
    /// The installation's number.
    pub(crate) id: InstallationId,

    /// For how many minutes the keys before it go on; 0 ends them at once, 24 hours unless said.
    #[arg(
        long,
        value_name = "MINUTES",
        value_parser = clap::value_parser!(u32).range(..=i64::from(LONGEST_OVERLAP_MINUTES))
    )]
    pub(crate) overlap: Option<u32>,
}

/// Make another delivery secret; it is shown this once, and signs later.
///
/// Give the extension the new secret as KIKET_WEBHOOK_SECRET and the old one as
/// KIKET_WEBHOOK_SECRET_PREVIOUS, then let the new one sign with --commit. It does so by itself
/// when the time comes that the answer names.
#[derive(Debug, clap::Args)]
pub(crate) struct RotateSecret {
    /// The installation's number.
    pub(crate) id: InstallationId,

    /// A file with the new secret, in place of a made one; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Take the place of a new secret that waits already.
    #[arg(long)]
    pub(crate) replace: bool,

    /// Let the new secret that waits sign from now on.
    #[arg(long, conflicts_with_all = ["secret_file", "replace"])]
    pub(crate) commit: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,
}
