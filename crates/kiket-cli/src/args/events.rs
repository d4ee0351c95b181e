//! What `kiket events` takes.

use clap::Subcommand;
use kiket_contract::event::Name;

use super::{Format, event_name};

/// Look up the events that Kiket documents.
#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    /// How to show the result.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,

    #[command(subcommand)]
    pub(crate) command: EventsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// List all of them with their versions.
    List,
    Show(ShowEvent),
}

/// Show what an event is about, and a sample of its payload.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowEvent {
    /// The event's name.
    #[arg(value_parser = event_name)]
    pub(crate) event: Name,

    /// Its version; the newest unless said.
    #[arg(long, value_name = "VERSION", value_parser = event_name)]
    pub(crate) version: Option<Name>,

    /// Print the JSON Schema of its payload alone.
    #[arg(long, conflicts_with = "sample")]
    pub(crate) schema: bool,

    /// Print the sample of its payload alone.
    #[arg(long)]
    pub(crate) sample: bool,
}
