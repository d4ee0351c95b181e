//! Repeated keys and merge keys.

use std::collections::{HashMap, HashSet};

use crate::edit;
use crate::finding::{Finding, Findings, shown};
use crate::source::Source;
use crate::tree::{Entry, Value};

/// The key whose mapping's members are added.
const MERGE: &str = "<<";

/// The entries that count: of a repeated key the last, because manifests in use repeat keys and the
/// readers that they were written for do so.
pub(super) fn resolve(entries: Vec<Entry>, source: &Source, findings: &mut Findings) -> Vec<Entry> {
    let last: HashMap<&str, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.key.as_str(), at)).collect();
    let counts: Vec<_> =
        entries.iter().enumerate().map(|(at, entry)| last[entry.key.as_str()] == at).collect();
    for (at, pair) in entries.windows(2).enumerate() {
        if !counts[at] && !findings.is_full() {
            let again = &entries[last[pair[0].key.as_str()]];
            let line = source.line_number(again.key.span.start);
            let key = shown(&pair[0].key);
            let message = format!("`{key}` stands again in line {line}, and only that counts");
            let finding = Finding::warning("duplicate-key", pair[0].key.span, message);
            let mut finding = finding.help("take this one out");
            finding.fix.extend(edit::remove_before(source, &pair[0], &pair[1]));
            findings.push(finding);
        }
    }
    let mut counts = counts.into_iter();
    let entries = entries.into_iter().filter(|_| counts.next().unwrap_or_default()).collect();
    merged(entries, source)
}

/// Adds the members that a merge key brings, behind those that stand in the mapping itself.
fn merged(mut entries: Vec<Entry>, source: &Source) -> Vec<Entry> {
    let Some(at) = entries.iter().position(|entry| is_merge(entry, source)) else { return entries };
    let added = match entries.remove(at).value.value {
        Value::Mapping(entries) => entries,
        Value::List(mappings) => mappings
            .into_iter()
            .flat_map(|mapping| match mapping.value {
                Value::Mapping(entries) => entries,
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    };
    let mut keys: HashSet<String> = entries.iter().map(|entry| entry.key.value.clone()).collect();
    let new = added.into_iter().filter(|entry| keys.insert(entry.key.value.clone()));
    entries.extend(new.collect::<Vec<_>>());
    entries
}

/// In quotes it is a key like any.
fn is_merge(entry: &Entry, source: &Source) -> bool {
    source.slice(entry.key.span) == MERGE
        && match &entry.value.value {
            Value::Mapping(_) => true,
            Value::List(items) => items.iter().all(|item| item.is_mapping()),
            _ => false,
        }
}
