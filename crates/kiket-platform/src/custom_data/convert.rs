//! What becomes of a table and its records when its schema is another one.
//!
//! Values that fit the new column stay, and those that say the same in its type are written in it.
//! Others are lost: the column gets its default, or no value. Where it needs one and has no default,
//! the change is not possible.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kiket_contract::api::custom_data::SchemaChangeKind;
use serde_json::{Map, Value};

use super::table::{Column, Entry, Index, Kind, Stored, Table};
use super::value::fit;

/// One difference, and the columns that it is about.
pub(crate) type Difference = (SchemaChangeKind, Vec<String>);

/// From one form of a table to another.
pub(crate) struct Conversion {
    before: Table,
    after: Table,
    /// The numbers of the indexes whose keys are written anew.
    rebuilt: BTreeSet<i64>,
}

/// A record in its new form.
pub(crate) struct Converted {
    pub(crate) record: Stored,
    pub(crate) is_changed: bool,
    /// The columns whose value is lost.
    pub(crate) lost: Vec<String>,
    /// The columns that need a value and have none.
    pub(crate) missing: Vec<String>,
}

impl Conversion {
    /// Between a table as it is and as a schema has it.
    pub(crate) fn new(before: Table, mut after: Table) -> Self {
        let mut next =
            before.indexes.iter().map(|index| index.number + 1).max().unwrap_or_default();
        let mut rebuilt = BTreeSet::new();
        let changes = |name: &String| before.column(name) != after.column(name);
        let changed: BTreeSet<_> = after
            .columns
            .iter()
            .map(|column| &column.name)
            .filter(|name| changes(name))
            .cloned()
            .collect();
        for index in &mut after.indexes {
            let same = before.indexes.iter().find(|earlier| is_same(earlier, index));
            index.number = same.map_or(next, |same| same.number);
            next += i64::from(same.is_none());
            if same.is_none() || index.columns.iter().any(|name| changed.contains(name)) {
                rebuilt.insert(index.number);
            }
        }
        Self { before, after, rebuilt }
    }

    /// The table from now on.
    pub(crate) fn table(&self) -> &Table {
        &self.after
    }

    /// Everything that differs.
    pub(crate) fn differences(&self) -> Vec<Difference> {
        let (before, after) = (&self.before, &self.after);
        let mut found = Vec::new();
        if before.soft_delete != after.soft_delete {
            found.push((SchemaChangeKind::SoftDeleteChanged, Vec::new()));
        }
        for column in &after.columns {
            match before.column(&column.name) {
                None => found.push((SchemaChangeKind::ColumnAdded, vec![column.name.clone()])),
                Some(earlier) if earlier != column => {
                    found.push((SchemaChangeKind::ColumnChanged, vec![column.name.clone()]));
                }
                Some(_) => {}
            }
        }
        let removed = before.columns.iter().filter(|column| after.column(&column.name).is_none());
        let removed = removed.map(|column| vec![column.name.clone()]);
        found.extend(removed.map(|columns| (SchemaChangeKind::ColumnRemoved, columns)));
        for (kind, these, others) in [
            (SchemaChangeKind::IndexAdded, after, before),
            (SchemaChangeKind::IndexRemoved, before, after),
        ] {
            let is_new = |index: &&Index| !others.indexes.iter().any(|other| is_same(other, index));
            let new = these.indexes.iter().filter(is_new);
            found.extend(new.map(|index| (kind, index.columns.clone())));
        }
        found
    }

    /// Whether any record has to be looked at.
    pub(crate) fn concerns_records(&self) -> bool {
        let concerns = |column: &Column| match self.before.column(&column.name) {
            None => !column.null || column.default.is_some(),
            Some(earlier) => {
                Column { default: None, ..earlier.clone() }
                    != Column { default: None, ..column.clone() }
            }
        };
        let is_gone = |column: &Column| self.after.column(&column.name).is_none();
        !self.rebuilt.is_empty()
            || self.after.columns.iter().any(concerns)
            || self.before.columns.iter().any(is_gone)
    }

    /// The indexes whose keys go, because the index does or is written anew.
    pub(crate) fn emptied(&self) -> impl Iterator<Item = i64> {
        let kept = |number: &i64| {
            self.after.indexes.iter().any(|index| index.number == *number)
                && !self.rebuilt.contains(number)
        };
        self.before.indexes.iter().map(|index| index.number).filter(move |number| !kept(number))
    }

    /// What the indexes that are written anew hold of a record.
    pub(crate) fn entries(&self, record: &Stored) -> Vec<Entry> {
        let entries = self.after.entries(record).into_iter();
        entries.filter(|entry| self.rebuilt.contains(&entry.number)).collect()
    }

    /// The columns of an index.
    pub(crate) fn index(&self, number: i64) -> &[String] {
        let index = self.after.indexes.iter().find(|index| index.number == number);
        index.map_or(&[], |index| &index.columns)
    }

    /// A record in its new form.
    pub(crate) fn record(&self, before: Stored, now: Timestamp) -> Converted {
        let mut columns = Map::new();
        let (mut lost, mut missing) = (Vec::new(), Vec::new());
        let gone = before.columns.keys().filter(|name| self.after.column(name).is_none());
        lost.extend(gone.cloned());
        for column in &self.after.columns {
            let is_new = self.before.column(&column.name).is_none();
            let kept = before.columns.get(&column.name).map(|value| cast(column, value));
            if kept == Some(None) {
                lost.push(column.name.clone());
            }
            let value = match kept.flatten() {
                Some(value) => value,
                // What has no value on purpose keeps none.
                None if column.null && !is_new && !lost.contains(&column.name) => continue,
                None => column.default_at(now),
            };
            if !value.is_null() {
                columns.insert(column.name.clone(), value);
            } else if !column.null {
                missing.push(column.name.clone());
            }
        }
        let is_changed = columns != before.columns;
        Converted { record: Stored { columns, ..before }, is_changed, lost, missing }
    }
}

fn is_same(one: &Index, other: &Index) -> bool {
    one.columns == other.columns && one.unique == other.unique
}

/// The value in its column, if it fits or says the same in the column's type.
fn cast(column: &Column, value: &Value) -> Option<Value> {
    if let Ok(value) = fit(column, value.clone()) {
        return Some(value);
    }
    let other = match (column.kind, value) {
        (Kind::Text, Value::Number(_) | Value::Bool(_)) => Value::from(value.to_string()),
        (_, Value::String(text)) => serde_json::from_str(text.trim()).ok()?,
        _ => return None,
    };
    fit(column, other).ok()
}
