//! What `kiket actions` takes.

use clap::Subcommand;
use kiket_contract::id::{InstallationId, ProjectId};

use super::Remote;

/// Trigger what extensions offer to users.
#[derive(Debug, clap::Args)]
pub(crate) struct Actions {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: ActionsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionsCommand {
    Run(RunAction),
}

/// Trigger an action and show what the extension answers.
///
/// The exit code is 1 when the extension answers that it did not do it.
#[derive(Debug, clap::Args)]
pub(crate) struct RunAction {
    /// The extension, by its manifest's id.
    pub(crate) extension: String,

    /// The action's key.
    pub(crate) action: String,

    /// Where it is triggered, when the extension is installed in several projects.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,

    /// Which installation is called, when several match.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) installation: Option<InstallationId>,

    /// The issue that it is triggered for, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(crate) issue: Option<String>,

    /// Who triggers it, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(crate) user: Option<String>,

    /// What the user entered, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(crate) input: Option<String>,
}
