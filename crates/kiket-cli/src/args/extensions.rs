//! What `kiket extensions` takes.

mod installing;
mod new;
mod package;
mod replay;
mod test;
mod validate;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use kiket_manifest::lint;

pub(crate) use installing::{Given, Install, ListExtensions, Uninstall, Upgrade};
pub(crate) use new::{New, SdkName, TemplateName};
pub(crate) use package::{AllowedSecret, Package};
pub(crate) use replay::{Replay, ReportFormat};
pub(crate) use test::{Test, TestPart};
pub(crate) use validate::Validate;

/// The word that `--deny` takes for every warning.
const WARNINGS: &str = "warnings";

/// Work on extensions, and install them on a platform.
#[derive(Debug, Subcommand)]
pub(crate) enum Extensions {
    Install(Box<Install>),
    Lint(Lint),
    List(ListExtensions),
    Migrate(Migrate),
    #[command(visible_alias = "scaffold")]
    New(New),
    Package(Package),
    Replay(Box<Replay>),
    Validate(Validate),
    /// Print the JSON Schema of the manifest's canonical form, for editors and checks.
    #[command(
        after_help = "Save it beside the manifest and name it in the manifest's first line, and \
        editors with a YAML language server complete and check what you write:\n\n  \
        # yaml-language-server: $schema=manifest.schema.json"
    )]
    Schema,
    Test(Box<Test>),
    Uninstall(Uninstall),
    #[command(visible_alias = "sync")]
    Upgrade(Box<Upgrade>),
}

/// Check a manifest and show what is wrong with it, where, and what to do.
///
/// Given a folder it also looks at the files beside the manifest: modules of custom data, dbt
/// projects, tests and readme. Errors are problems with which the extension can not be used, warnings
/// what somebody should look at. Lines are shown with the values of secrets masked.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  nothing is wrong, or there are only warnings that are not denied
  1  there are warnings that are denied
  2  the command line is wrong
  4  there are errors, a file can not be read or written, or the code says nothing")]
pub(crate) struct Lint {
    /// The manifest, or the extension's folder; - reads standard input.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// How to show the findings.
    #[arg(long, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) format: LintFormat,

    /// Fail when this rule warns, or any rule with the word warnings; may be given several times.
    #[arg(long, value_name = "RULE", value_parser = deny)]
    pub(crate) deny: Vec<Deny>,

    /// Leave out what this rule finds; may be given several times.
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub(crate) allow: Vec<&'static str>,

    /// Put right what can be put right without you, and write the file.
    ///
    /// Everything else in the file stays as it is. With - the result goes to standard output and
    /// the findings that are left to standard error.
    #[arg(long)]
    pub(crate) fix: bool,

    /// Build the extension in the folder, ask it what it handles, and compare that with the manifest.
    ///
    /// The program is run with KIKET_DESCRIBE=1, so that it prints its handlers and ends without
    /// serving; it has 10 seconds for that. Without this nothing is built or run.
    #[arg(long)]
    pub(crate) code: bool,

    /// Say what a rule is about, with a wrong and a right sample, and check nothing.
    #[arg(
        long,
        value_name = "RULE",
        value_parser = rule,
        conflicts_with_all = ["path", "format", "deny", "allow", "fix", "code"]
    )]
    pub(crate) explain: Option<&'static str>,
}

/// How to show findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people, with the lines of the manifest.
    Text,
    /// For programs: one object.
    Json,
    /// For code scanning services: SARIF 2.1.0.
    Sarif,
    /// For a workflow of GitHub Actions: annotations of the lines.
    Github,
}

/// What makes the command fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deny {
    /// Every warning.
    Warnings,
    /// What this rule finds.
    Rule(&'static str),
}

/// Show how a manifest is written in the canonical form: model_version and everything in extension.
///
/// Prints what would change as a unified diff, with the values of secrets masked. The meaning stays
/// the same. Comments are not kept.
#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    /// The manifest, or the extension's folder; - reads standard input.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Write the canonical form to the file, or with - to standard output, and print no diff.
    #[arg(long)]
    pub(crate) write: bool,
}

fn deny(text: &str) -> Result<Deny, String> {
    if text == WARNINGS { Ok(Deny::Warnings) } else { rule(text).map(Deny::Rule) }
}

fn rule(text: &str) -> Result<&'static str, String> {
    lint::rule(text).map(|rule| rule.id).ok_or_else(|| match lint::suggest(text) {
        Some(meant) => format!("there is no such rule; did you mean `{meant}`?"),
        None => {
            let known: Vec<_> = lint::rules().map(|rule| rule.id).collect();
            format!("there is no such rule; there are {}", known.join(", "))
        }
    })
}
