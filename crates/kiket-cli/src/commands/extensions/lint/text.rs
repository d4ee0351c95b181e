//! Findings for people.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use kiket_manifest::{Finding, Severity};

use super::report::{Place, Report};
use crate::commands::extensions::mask::masked;

/// Each finding with its line of its file, then how many there are.
pub(super) fn shown(report: &Report<'_>) -> String {
    let mut parts = Vec::new();
    // The findings of a file stand together, so each is masked once.
    for of_file in report.findings.chunk_by(|a, b| a.file == b.file) {
        let Some(first) = of_file.first() else { continue };
        let file = report.file(first);
        let text = masked(file.document);
        parts.extend(of_file.iter().map(|finding| excerpt(&file, finding, &text)));
    }
    parts.push(summary(report));
    parts.join("\n\n")
}

/// The finding with the first line that it is about.
fn excerpt(file: &Place<'_>, finding: &Finding, text: &str) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let start = text.floor_char_boundary(finding.span.start);
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let end = text.floor_char_boundary(finding.span.end).clamp(start, line_end);
    let snippet = Snippet::source(&text[line_start..line_end])
        .line_start(file.document.position(finding.span).line)
        .path(&file.name)
        .annotation(AnnotationKind::Primary.span(start - line_start..end - line_start));
    let mut group = level.primary_title(&finding.message).id(finding.id).element(snippet);
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group])
}

fn summary(report: &Report<'_>) -> String {
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let errors = counted(report.errors(), "error");
    let warnings = counted(report.warnings(), "warning").map(|warnings| match report.denied() {
        0 => warnings,
        denied => format!("{warnings} ({denied} denied)"),
    });
    let counts: Vec<_> = [errors, warnings].into_iter().flatten().collect();
    if counts.is_empty() {
        format!("{}: nothing is wrong", report.name())
    } else {
        counts.join(", ")
    }
}
