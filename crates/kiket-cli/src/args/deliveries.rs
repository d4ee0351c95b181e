//! What `kiket deliveries` takes.

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use kiket_contract::api::deliveries::{self, recovery};
use kiket_contract::event::Name;
use kiket_contract::id::{DeliveryId, InstallationId, ProjectId};

use super::{Consent, Paging, Remote, event_name, moment};

/// Look at deliveries, and act on them.
#[derive(Debug, clap::Args)]
pub(crate) struct Deliveries {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: DeliveriesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeliveriesCommand {
    List(ListDeliveries),
    /// Show a delivery with its attempts and callbacks.
    Show(OneDelivery),
    /// Say in words what became of a delivery, why, and what to do about it.
    Why(OneDelivery),
    /// Deliver the same event to the same installation again, as a new delivery.
    Redeliver(OneDelivery),
    Recover(Recover),
    Tail(Tail),
}

/// What deliveries are looked for by; all that is given has to hold.
#[derive(Debug, clap::Args)]
pub(crate) struct About {
    /// Only of events of this name.
    #[arg(long, value_name = "NAME", value_parser = event_name)]
    pub(crate) event: Option<Name>,

    /// Only to this installation.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) installation: Option<InstallationId>,

    /// Only to installations of this project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,
}

/// List deliveries, newest first.
#[derive(Debug, clap::Args)]
pub(crate) struct ListDeliveries {
    #[command(flatten)]
    pub(crate) about: About,

    /// Only those that stand so now.
    #[arg(long, value_enum)]
    pub(crate) status: Option<Status>,

    /// Only those made at this time or later: a time, or how long ago, such as 2h.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<Timestamp>,

    /// Only those made before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Timestamp>,

    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OneDelivery {
    /// The delivery's id, the X-Kiket-Invocation of its attempts.
    pub(crate) id: DeliveryId,
}

/// Deliver again what failed in a time window.
///
/// Shows how many there are and asks. What has been redelivered already is left alone, so the
/// command may be repeated.
#[derive(Debug, clap::Args)]
pub(crate) struct Recover {
    /// Those that ended at this time or later: a time, or how long ago, such as 2h.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Timestamp,

    /// Those that ended before this time; now unless said.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<Timestamp>,

    /// How they ended; may be given twice. Failed unless said.
    #[arg(long, value_enum)]
    pub(crate) status: Vec<Ended>,

    #[command(flatten)]
    pub(crate) about: About,

    /// Only count and name them.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// Show what happens to deliveries as it happens, until Ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct Tail {
    #[command(flatten)]
    pub(crate) about: About,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    Queued,
    Delivering,
    Retrying,
    Delivered,
    Failed,
    Cancelled,
}

impl From<Status> for deliveries::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Queued => Self::Queued,
            Status::Delivering => Self::Delivering,
            Status::Retrying => Self::Retrying,
            Status::Delivered => Self::Delivered,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// How a delivery ended that was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ended {
    Failed,
    Cancelled,
}

impl From<Ended> for recovery::Undelivered {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Failed => Self::Failed,
            Ended::Cancelled => Self::Cancelled,
        }
    }
}
