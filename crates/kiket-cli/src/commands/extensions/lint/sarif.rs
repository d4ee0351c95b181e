//! Findings as SARIF 2.1.0, for code scanning services.

use std::path::Path;

use kiket_manifest::{Finding, lint};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use super::report::{Report, word};

/// What stands for itself in the path of an address.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One run with all rules and the findings.
pub(super) fn shown(report: &Report<'_>) -> String {
    let rules: Vec<_> = lint::rules().map(rule).collect();
    let results: Vec<_> = report.findings.iter().map(|finding| result(report, finding)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "kiket",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}")
}

fn rule(rule: &'static lint::Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": word(rule.severity)},
    })
}

fn result(report: &Report<'_>, finding: &Finding) -> Value {
    let file = report.file(finding);
    let (start, end) = file.of(finding);
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.id,
        "level": word(finding.severity),
        "message": {"text": format!("{}{help}", finding.message)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(file.path.as_deref())},
                "region": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
            },
        }],
    });
    if let Some(index) = lint::rules().position(|rule| rule.id == finding.id) {
        result["ruleIndex"] = index.into();
    }
    result
}

fn uri(path: Option<&Path>) -> String {
    let Some(path) = path else { return "stdin".to_owned() };
    let encoded = percent_encode(path.as_os_str().as_encoded_bytes(), PATH);
    if path.is_absolute() { format!("file://{encoded}") } else { encoded.to_string() }
}
