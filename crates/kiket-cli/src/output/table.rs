//! Tables and lists of facts: with lines on a terminal, plain and aligned in a pipe.

use std::io::{IsTerminal as _, stdout};

use comfy_table::{ContentArrangement, Table, presets};

use crate::printer::printable;

/// A table.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    each: impl Iterator<Item = [String; N]>,
) -> String {
    rows(&header, each.map(Vec::from).collect())
}

/// A table whose columns are known only when it is shown.
pub(crate) fn rows(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    let is_terminal = stdout().is_terminal();
    table.load_style(if is_terminal { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    trimmed(&table.to_string())
}

/// Facts below each other, each behind its name. What has no value is left out.
pub(crate) fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let facts: Vec<_> =
        facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = facts.iter().map(|(name, value)| format!("{name:width$}  {}", printable(value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Without the blanks that end lines, and those that begin all of them.
fn trimmed(table: &str) -> String {
    let lines: Vec<_> = table.lines().map(str::trim_end).collect();
    let all_begin = lines.iter().all(|line| line.is_empty() || line.starts_with(' '));
    let lines = lines.iter().map(|line| if all_begin { line.get(1..).unwrap_or("") } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
