//! Findings as commands to a workflow of GitHub Actions, which shows them beside the lines.

use super::report::{Report, word};

/// One command per line.
pub(super) fn shown(report: &Report<'_>) -> String {
    let lines = report.findings.iter().map(|finding| {
        let file = report.file(finding);
        let (start, end) = file.of(finding);
        let mut place = format!("line={},col={},endLine={}", start.line, start.column, end.line);
        // An end on another line would be read as a column of the first one.
        if end.line == start.line {
            place = format!("{place},endColumn={}", end.column);
        }
        let level = word(finding.severity);
        let file = property(&file.name);
        let title = property(finding.id);
        let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let message = data(&format!("{}{help}", finding.message));
        format!("::{level} file={file},{place},title={title}::{message}\n")
    });
    lines.collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(data("100%\r\n::error::x, y"), "100%25%0D%0A::error::x, y");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
