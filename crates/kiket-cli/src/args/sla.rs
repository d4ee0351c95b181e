//! What `kiket sla` takes.

use clap::Subcommand;
use kiket_contract::id::ProjectId;

use super::{Paging, Remote};

/// See how issues stand against their service levels.
#[derive(Debug, clap::Args)]
pub(crate) struct Sla {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: SlaCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SlaCommand {
    List(ListSla),
}

/// List the issues that came near a limit, went over it, or are back under it.
///
/// This is read with a workspace token: KIKET_WORKSPACE_TOKEN, or --token-file. The admin token does
/// not open it.
#[derive(Debug, clap::Args)]
pub(crate) struct ListSla {
    /// The project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: ProjectId,

    /// Only of this issue.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) issue: Option<i64>,

    /// Only in this state.
    #[arg(long, value_parser = ["imminent", "breached", "recovered"])]
    pub(crate) state: Option<String>,

    #[command(flatten)]
    pub(crate) paging: Paging,
}
