//! What `kiket extensions replay` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use kiket_contract::id::InstallationId;
use kiket_contract::signature::SigningForm;

use super::super::duration;

/// Send recorded payloads to an extension, and compare its answers.
///
/// A payload is a JSON file: {"event", "version", "payload", "context"?, "headers"?, "expect"?:
/// {"status"?, "body"?}}, or a payload alone in a file named EVENT.VERSION.json.
///
/// They go to the extension at --url; or through a platform, when one is named, an installation or a
/// delivery is, or `kiket dev` runs here; otherwise the extension of the folder is built and started
/// for it, with a stand-in for Kiket's API.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  every answer is as expected; without --expect, every answer is a 2xx
  1  an answer is not, or none came
  2  the command line is wrong
  4  a file is no payload; the others have been sent")]
pub(crate) struct Replay {
    /// A file, a folder of files, an extension's folder, or the id of a delivery.
    #[arg(default_value = ".", value_name = "FILE|DIR|DELIVERY")]
    pub(crate) what: String,

    /// Where the extension listens.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A file with the delivery secret; - reads standard input [env: KIKET_WEBHOOK_SECRET].
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) secret_file: Option<PathBuf>,

    /// What is signed: timestamp and body, or the body alone.
    #[arg(long, value_enum, default_value_t = Signing::Timestamped)]
    pub(crate) signing: Signing,

    /// Fail when an answer is not what the file expects, and show the difference.
    #[arg(long)]
    pub(crate) expect: bool,

    /// Let answers have no members that are not expected.
    #[arg(long, requires = "expect")]
    pub(crate) exact: bool,

    /// How to show the result.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,

    /// How long to wait for one answer.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,

    /// Send through the platform to this installation.
    #[arg(long, value_name = "NUMBER", conflicts_with = "url")]
    pub(crate) installation: Option<InstallationId>,

    /// Send through the platform at this address [env: KIKET_URL].
    #[arg(long, value_name = "URL", conflicts_with = "url", help_heading = "Platform")]
    pub(crate) platform: Option<String>,

    /// A file with the admin token; - reads standard input [env: KIKET_ADMIN_TOKEN].
    #[arg(long, value_name = "FILE", conflicts_with = "url", help_heading = "Platform")]
    pub(crate) token_file: Option<PathBuf>,
}

/// How to show what was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For services of continuous integration: JUnit's XML.
    Junit,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Signing {
    /// The timestamp, a dot and the body.
    Timestamped,
    /// The body.
    Body,
}

impl From<Signing> for SigningForm {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::Timestamped => Self::Timestamped,
            Signing::Body => Self::Body,
        }
    }
}
