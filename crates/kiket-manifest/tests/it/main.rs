//! Behaviour of the manifest reader, through its public interface.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arbitrary;
mod configuration;
mod edits;
mod files;
mod folder;
mod hostile;
mod lint;
mod lint_code;
mod lint_fixes;
mod lint_page;
mod lint_unknown;
mod mistakes;
mod own;
mod places;
mod samples;
#[cfg(feature = "schema")]
mod schema;
mod secrets;
mod shapes;

/// Every finding of the reader as one line.
fn findings(document: &kiket_manifest::Document) -> Vec<String> {
    lines(document, document.findings())
}

/// Findings, each as one line.
fn lines(document: &kiket_manifest::Document, findings: &[kiket_manifest::Finding]) -> Vec<String> {
    let line = |finding: &kiket_manifest::Finding| {
        let file = finding.file.as_ref().map(|file| format!("{}:", file.display()));
        let file = file.unwrap_or_default();
        let position = document.position(finding.span);
        let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        format!(
            "{file}{}:{} {:?} {}: {}{help}",
            position.line, position.column, finding.severity, finding.id, finding.message
        )
    };
    findings.iter().map(line).collect()
}
