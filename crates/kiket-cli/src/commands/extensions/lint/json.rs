//! Findings for programs.

use serde::Serialize;

use super::report::{Report, word};

#[derive(Serialize)]
struct Shown<'a> {
    file: String,
    findings: Vec<Item<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    severity: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    path: String,
}

/// One object with the findings and how many there are.
///
/// # Errors
/// None that can occur: all of it is text and numbers.
pub(super) fn shown(report: &Report<'_>) -> serde_json::Result<String> {
    let items = report.findings.iter().map(|finding| {
        let file = report.file(finding);
        let (start, end) = file.of(finding);
        Item {
            id: finding.id,
            severity: word(finding.severity),
            message: &finding.message,
            help: finding.help.as_deref(),
            path: file.document.path(finding.span),
            file: file.name,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    });
    serde_json::to_string_pretty(&Shown {
        file: report.name(),
        findings: items.collect(),
        errors: report.errors(),
        warnings: report.warnings(),
    })
}
