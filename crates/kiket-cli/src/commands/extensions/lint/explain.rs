//! What a rule is about.

use anstyle::Style;
use kiket_manifest::lint;

use super::report::word;

const HEADING: Style = Style::new().bold();

/// The rule's summary, what to do, and a wrong and a right sample.
pub(super) fn explained(id: &str) -> String {
    let Some(rule) = lint::rule(id) else { return String::new() };
    let lint::Rule { id, summary, help, .. } = rule;
    let severity = word(rule.severity);
    let (bad, good) = (indented(rule.bad), indented(rule.good));
    format!(
        "{HEADING}{id}{HEADING:#} ({severity}): {summary}\n\n{help}\n\n\
         {HEADING}Wrong:{HEADING:#}\n\n{bad}\n{HEADING}Right:{HEADING:#}\n\n{good}"
    )
}

fn indented(sample: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".into() } else { format!("    {line}\n") };
    sample.trim_matches('\n').lines().map(line).collect()
}
