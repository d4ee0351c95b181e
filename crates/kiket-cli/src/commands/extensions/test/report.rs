//! The checks of the contract: for people, for programs, for continuous integration.

use serde_json::json;

use super::contract::{Check, Outcome};
use crate::args::ReportFormat;
use crate::output::junit::{self, Ended};
use crate::printer::{self, printable};

const SUITE: &str = "contract";

/// Shows them.
///
/// # Errors
/// When the output can not be written to.
pub(super) fn show(checks: &[Check], format: ReportFormat) -> anyhow::Result<()> {
    match format {
        ReportFormat::Text => text(checks),
        ReportFormat::Json => {
            let checks: Vec<_> = checks
                .iter()
                .map(|check| {
                    json!({
                        "id": check.id,
                        "outcome": word(check.outcome),
                        "duration_ms": check.took.as_millis(),
                        "message": check.message,
                        "fix": (check.outcome != Outcome::Passed).then_some(check.fix),
                    })
                })
                .collect();
            Ok(printer::line(json!({ "checks": checks }))?)
        }
        ReportFormat::Junit => {
            let cases = checks.iter().map(|check| {
                let ended = match check.outcome {
                    Outcome::Passed => Ended::Well,
                    // JUnit knows no warnings.
                    Outcome::Warning => Ended::Skipped(check.message.clone()),
                    Outcome::Failed => Ended::Failed(check.message.clone(), check.fix.to_owned()),
                };
                (check.id.to_owned(), check.took, ended)
            });
            Ok(printer::exactly(&junit::junit(SUITE, cases)?)?)
        }
    }
}

fn text(checks: &[Check]) -> anyhow::Result<()> {
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for check in checks {
        let Check { id, outcome, took, message, fix } = check;
        let (word, took) = (word(*outcome), took.as_millis());
        printer::line(format_args!("{word:7}  {id:width$}  {} ({took} ms)", printable(message)))?;
        if *outcome != Outcome::Passed {
            printer::line(format_args!("         {:width$}  {fix}", ""))?;
        }
    }
    let count = |wanted| checks.iter().filter(|check| check.outcome == wanted).count();
    printer::note(format_args!(
        "contract: {} passed, {} with warnings, {} failed",
        count(Outcome::Passed),
        count(Outcome::Warning),
        count(Outcome::Failed)
    ))?;
    Ok(())
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Warning => "warning",
        Outcome::Failed => "failed",
    }
}
