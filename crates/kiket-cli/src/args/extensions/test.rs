//! What `kiket extensions test` takes.

use std::path::PathBuf;

use clap::ValueEnum;

use super::ReportFormat;

/// Run an extension's own tests, then check that it keeps the delivery contract.
///
/// Its own tests are found by its files: Cargo.toml, package.json, pytest or unittest, rspec or
/// minitest, go.mod, pom.xml or build.gradle, a .NET project. The contract is checked with real calls
/// of the extension: at --url, or built and started for it. Its handlers run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  all is well; there may be warnings
  1  the contract is not kept
  2  the command line is wrong, or there is nothing to test
  otherwise the code of the extension's own tests")]
pub(crate) struct Test {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Where the extension listens, when it runs already.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// A file with its delivery secret; - reads standard input [env: KIKET_WEBHOOK_SECRET].
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Leave out the other part.
    #[arg(long, value_enum)]
    pub(crate) only: Option<TestPart>,

    /// How to show the checks of the contract.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestPart {
    /// The delivery contract.
    Contract,
    /// The extension's own tests.
    Own,
}
