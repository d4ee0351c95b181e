//! What `kiket guards` takes.

use clap::{Subcommand, ValueEnum};
use kiket_contract::api::guards;
use kiket_contract::id::{EventId, ProjectId};

use super::{Paging, Remote};

/// Look at what guards decided, and decide what is pending.
#[derive(Debug, clap::Args)]
pub(crate) struct Guards {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: GuardsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardsCommand {
    List(ListGuards),
    Resolve(Resolve),
}

/// List the questions that guards were asked, newest first.
#[derive(Debug, clap::Args)]
pub(crate) struct ListGuards {
    /// Only those whose decision waits for somebody.
    #[arg(long)]
    pub(crate) pending: bool,

    /// Only those of this project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,

    #[command(flatten)]
    pub(crate) paging: Paging,
}

/// End a pending decision.
#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    /// The guard's id.
    pub(crate) id: EventId,

    /// What is decided.
    #[arg(value_enum)]
    pub(crate) decision: Decision,

    /// Who decides.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,

    /// Why, for whoever reads it later.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// What a pending decision can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// It happens.
    Allow,
    /// It does not happen.
    Deny,
}

impl From<Decision> for guards::ResolvedTo {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self::Allow,
            Decision::Deny => Self::Deny,
        }
    }
}
