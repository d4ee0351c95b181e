//! What the command line takes.

mod actions;
mod auth;
mod custom_data;
mod deliveries;
mod doctor;
mod events;
mod extensions;
mod generate;
mod guards;
mod installations;
mod marketplace;
#[cfg(test)]
mod page;
mod remote;
mod secrets;
mod serve;
mod sla;
mod time;
mod trigger;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use kiket_contract::event::Name;

pub(crate) use actions::{Actions, ActionsCommand, RunAction};
pub(crate) use auth::{Auth, AuthCommand};
pub(crate) use custom_data::{
    Columns, CreateRecord, CustomData, CustomDataCommand, DeleteRecord, ExportRecords,
    ImportRecords, ListRecords, OneRecord, Table, UpdateRecord, Which,
};
pub(crate) use deliveries::{
    Deliveries, DeliveriesCommand, ListDeliveries, OneDelivery, Recover, Tail,
};
pub(crate) use doctor::Doctor;
pub(crate) use events::{Events, EventsCommand, ShowEvent};
pub(crate) use extensions::{
    AllowedSecret, Deny, Extensions, Given, Install, Lint, LintFormat, ListExtensions, Migrate,
    New, Package, Replay, ReportFormat, SdkName, TemplateName, Test, TestPart, Uninstall, Upgrade,
    Validate,
};
pub(crate) use generate::{Completions, Man};
pub(crate) use guards::{Guards, GuardsCommand, ListGuards, Resolve};
pub(crate) use installations::{
    Installations, InstallationsCommand, OneInstallation, RotateKey, RotateSecret,
};
pub(crate) use marketplace::{Marketplace, MarketplaceCommand, Telemetry, TelemetryReport};
pub(crate) use remote::{Consent, Paging, Remote};
pub(crate) use secrets::{
    DeleteSecret, ListSecrets, OneSecret, Push, Secrets, SecretsCommand, SecretsFile, WriteSecret,
};
pub(crate) use serve::{Backup, KeySource, MasterKey, Serve};
pub(crate) use sla::{ListSla, Sla, SlaCommand};
use time::{duration, moment, window_hours};
pub(crate) use trigger::Trigger;

/// Build, run and operate Kiket extensions.
#[derive(Debug, Parser)]
#[command(
    name = "kiket",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes:
  0    it did what it is for
  1    it could not
  2    the command line, or a file that sets it up, is wrong
  3    a token is missing, or opens nothing
  4    what was given can not be meant so, such as a manifest with errors
  5    the platform can not be reached, or failed
  130  the user ended it, or did not consent"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Actions(Actions),
    Auth(Auth),
    Backup(Backup),
    Completions(Completions),
    CustomData(CustomData),
    Deliveries(Deliveries),
    Dev(Dev),
    Doctor(Doctor),
    Events(Events),
    #[command(subcommand)]
    Extensions(Extensions),
    Guards(Guards),
    Installations(Installations),
    Man(Man),
    Marketplace(Marketplace),
    #[command(subcommand)]
    MasterKey(MasterKey),
    Secrets(Secrets),
    Serve(Box<Serve>),
    Sla(Sla),
    Supervise(Supervise),
    Trigger(Box<Trigger>),
}

/// Run extensions against a platform on this machine.
///
/// Whenever a file of an extension changes, it is built anew and takes the place of the one that runs;
/// what .gitignore names, target, node_modules and .git are not looked at. The manifest is checked and
/// installed anew. What happens meanwhile waits.
#[derive(Debug, clap::Args)]
pub(crate) struct Dev {
    /// The extension's folder; several run side by side.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// What starts the extension, in place of `command` in its kiket.toml, such as 'node server.js'.
    ///
    /// No shell reads it. Without either, the folder is a package of Cargo.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) command: Option<String>,

    /// Disturb deliveries on their way, the same way again for the same number.
    ///
    /// They arrive twice, late, in another order or not at all, 429 or 503 is answered in their place,
    /// answers are lost, runtime tokens expire. An extension that is as it should be handles each event
    /// once all the same. Without a number one is chosen, and shown.
    #[arg(long, value_name = "SEED", num_args = 0..=1)]
    pub(crate) weather: Option<Option<u64>>,

    /// Write every delivery to this folder, as a file that can be played again; none has a secret in it.
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,

    /// Send one sample for each handler, show how it went, and end.
    #[arg(long)]
    pub(crate) once: bool,

    /// How to show how it went.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Where the platform listens; a free port of this machine unless said.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,

    /// How long to wait before a failed delivery's first retry, such as 500ms; it doubles each time.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub(crate) retry_base: Duration,

    /// How long the run with --once may take, such as 2m.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "60s",
        value_parser = duration,
        requires = "once"
    )]
    pub(crate) timeout: Duration,
}

/// How to show a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Run a program that must not outlive the process that holds this one's standard input open.
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Supervise {
    /// The program's working directory.
    #[arg(long)]
    pub(crate) dir: PathBuf,

    /// How long the program may take to end when asked to, in milliseconds.
    #[arg(long, default_value_t = 5000)]
    pub(crate) grace_ms: u64,

    /// The program and its arguments.
    #[arg(last = true, required = true)]
    pub(crate) program: Vec<OsString>,
}

fn event_name(text: &str) -> Result<Name, String> {
    Name::try_from(text.to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_time_limit_is_for_a_run_that_ends() {
        let dev = |more: &[&str]| {
            Args::try_parse_from(["kiket", "dev"].iter().chain(more)).map(|args| args.command)
        };
        assert!(dev(&[]).is_ok());
        assert!(dev(&["--once", "--timeout", "5s"]).is_ok());
        assert!(dev(&["--timeout", "5s"]).is_err());
    }
}
