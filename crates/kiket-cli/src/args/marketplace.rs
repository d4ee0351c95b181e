//! What `kiket marketplace` takes.

use clap::Subcommand;
use kiket_contract::id::ProjectId;

use super::{Remote, window_hours};

/// See how extensions fare.
#[derive(Debug, clap::Args)]
pub(crate) struct Marketplace {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: MarketplaceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MarketplaceCommand {
    /// What SDKs report of the calls of handlers.
    #[command(subcommand)]
    Telemetry(Telemetry),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Telemetry {
    Report(TelemetryReport),
}

/// Show counts, errors and durations of a time window, as reported and as measured.
#[derive(Debug, clap::Args)]
pub(crate) struct TelemetryReport {
    /// How far back, in hours or days, such as 24h or 7d.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = window_hours)]
    pub(crate) window: u32,

    /// Only of this project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,

    /// Only of this extension, by its manifest's id.
    #[arg(long, value_name = "ID")]
    pub(crate) extension: Option<String>,

    /// Also count records that came without a credential, which anybody can send.
    #[arg(long)]
    pub(crate) include_unauthenticated: bool,
}
