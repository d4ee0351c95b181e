//! What `kiket trigger` takes.

use std::path::PathBuf;
use std::time::Duration;

use kiket_contract::event::Name;
use kiket_contract::id::{OrganizationId, ProjectId};

use super::{Remote, duration, event_name};

/// Let an event happen on a platform, with the payload of the event's sample.
///
/// Waits until its deliveries are settled, and shows how each ended. An event that asks first is asked
/// of the guards, and their decision is shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 when all is delivered, 1 when something is not. \
    `kiket events list` has the events.")]
pub(crate) struct Trigger {
    /// The event's name.
    #[arg(value_parser = event_name)]
    pub(crate) event: Name,

    /// Its version; unless said, every version that a hook wants, with the newest one's sample.
    #[arg(long, value_name = "VERSION", value_parser = event_name)]
    pub(crate) version: Option<Name>,

    /// Puts a value into the payload, such as --set issue.priority=high; may be given several times.
    ///
    /// The value is JSON, or otherwise plain text. Objects that the path needs are made.
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,

    /// A file with the payload, a JSON object, in place of the sample.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,

    /// Where it happens; may be left out when all installations are of one project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,

    /// Whose the project is, when the platform does not know it yet.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) organization: Option<OrganizationId>,

    /// Show each attempt as it ends.
    #[arg(long, conflicts_with = "no_wait")]
    pub(crate) follow: bool,

    /// Do not wait for the deliveries.
    #[arg(long)]
    pub(crate) no_wait: bool,

    /// How long to wait for them, such as 5m.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    pub(crate) timeout: Duration,

    #[command(flatten)]
    pub(crate) remote: Remote,
}
