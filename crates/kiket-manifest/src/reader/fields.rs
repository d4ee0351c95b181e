//! The members of one mapping, or of several that are read as one.

use std::collections::HashSet;

use crate::finding::{Finding, shown};
use crate::source::Span;
use crate::tree::{Entry, Node};

use super::Reader;

/// Members and the place of the mapping that they are from.
pub(super) struct Fields<'a> {
    pub(super) span: Span,
    pub(super) key_span: Option<Span>,
    entries: Vec<&'a Entry>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(node: &'a Node) -> Self {
        let entries = node.entries().iter().collect();
        Self { span: node.span, key_span: node.key_span, entries }
    }

    pub(super) fn none() -> Self {
        Self { span: Span::default(), key_span: None, entries: Vec::new() }
    }

    /// The member of the first of these names that is there and not null.
    pub(super) fn any(&self, names: &[&'static str]) -> Option<(&'static str, &'a Node)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    /// The member of this name, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        let entry = self.entries.iter().find(|entry| *entry.key == name)?;
        Some(&entry.value).filter(|node| !node.is_null())
    }

    /// The members of other names.
    pub(super) fn others(&self, known: &[&str]) -> Vec<Entry> {
        let is_other = |entry: &&&Entry| !known.contains(&entry.key.as_str());
        self.entries.iter().filter(is_other).map(|entry| (*entry).clone()).collect()
    }
}

impl<'a> Reader<'a> {
    /// The members of these mappings, without these ones of the last; of those that several have,
    /// the first one's.
    pub(super) fn together(&mut self, mappings: &[&'a Node], leave_out: &[&str]) -> Fields<'a> {
        let mut fields = mappings
            .first()
            .map_or_else(Fields::none, |first| Fields { entries: Vec::new(), ..Fields::of(first) });
        let mut known = HashSet::new();
        for (at, mapping) in mappings.iter().enumerate() {
            for entry in mapping.entries() {
                let name = entry.key.as_str();
                let is_left_out = at + 1 == mappings.len() && leave_out.contains(&name);
                if is_left_out || entry.value.is_null() {
                    continue;
                }
                if known.insert(name) {
                    fields.entries.push(entry);
                } else {
                    self.said_twice(entry);
                }
            }
        }
        fields
    }

    fn said_twice(&mut self, entry: &Entry) {
        let message =
            format!("`{}` is said in a better place too, and only that counts", shown(&entry.key));
        let finding = Finding::warning("said-twice", entry.key.span, message);
        self.findings.push(finding.help("take this one out"));
    }
}
