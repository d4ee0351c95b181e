//! What the command line takes.

mod extensions;
mod serve;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;

pub(crate) use extensions::{Deny, Extensions, Lint, LintFormat, Migrate};
pub(crate) use serve::{Backup, KeySource, MasterKey, Serve};

/// Build, run and operate Kiket extensions.
#[derive(Debug, Parser)]
#[command(name = "kiket", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Backup(Backup),
    Dev(Dev),
    #[command(subcommand)]
    Extensions(Extensions),
    #[command(subcommand)]
    MasterKey(MasterKey),
    Serve(Box<Serve>),
    Supervise(Supervise),
}

/// Run an extension against a platform on this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Dev {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

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

fn duration(text: &str) -> Result<Duration, &'static str> {
    text.parse()
        .ok()
        .and_then(|signed: SignedDuration| Duration::try_from(signed).ok())
        .ok_or("write a number with a unit, such as 500ms, 10s or 2m")
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
    fn durations_need_a_unit_and_can_not_be_negative() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "10", "-1s", "soon", "1s ago"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
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
