//! The command line.

use std::net::SocketAddr;

/// What one signed webhook costs with the SDK, beside the least that it could cost.
#[derive(Debug, clap::Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    /// Only the rows with one of these in their names, and those that they are compared with
    pub(crate) rows: Vec<String>,
    /// How many rounds, each of one second per row
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Only the instructions of each row, counted by valgrind, however busy the machine is
    #[arg(long, conflicts_with_all = ["rounds", "format"])]
    pub(crate) instructions: bool,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Serve(Serve),
}

/// Serves one row; the benchmark starts itself with this
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The row's name
    pub(crate) row: String,
    /// Where to listen
    pub(crate) address: SocketAddr,
    /// The origin that has the key set
    pub(crate) base_url: String,
}
