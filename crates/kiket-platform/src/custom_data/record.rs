//! Records: what a request writes, checked and completed.

use jiff::Timestamp;
use kiket_contract::api::custom_data::{LARGEST_RECORD, LONGEST_INDEXED, Rule, Violation};
use kiket_manifest::IMPLICIT_COLUMNS;
use serde_json::{Map, Value};

use super::given::Given;
use super::table::{Column, Default, Entry, Kind, Stored, Table};
use super::value::{fit, violation};

/// The field of a violation that is about the whole record.
const WHOLE: &str = "record";

/// A record that keeps the rules of its table, and what the indexes hold of it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) record: Stored,
    pub(crate) entries: Vec<Entry>,
}

/// Whose record it is: organisation and project.
pub(crate) type Owner = (i64, i64);

impl Table {
    /// A new record of these columns, with the defaults of the others.
    pub(crate) fn create(
        &self,
        id: i64,
        given: Given,
        (owner, now): (Owner, Timestamp),
    ) -> Result<Checked, Vec<Violation>> {
        let record = Stored { id, columns: Map::new(), created_at: now, updated_at: now };
        let mut violations = Vec::new();
        let known = |name: &str| match name {
            "organization_id" => Value::from(owner.0),
            "project_id" => Value::from(owner.1),
            _ => Value::Null,
        };
        let mut columns = self.given(given, &known, &mut violations);
        for column in &self.columns {
            if !columns.contains_key(&column.name) {
                let default = column.default_at(now);
                if default.is_null() && !column.null {
                    violations.push(violation(&column.name, null()));
                }
                columns.insert(column.name.clone(), default);
            }
        }
        self.checked(Stored { columns, ..record }, violations)
    }

    /// The record with these columns changed; what is not named stays.
    pub(crate) fn update(
        &self,
        before: Stored,
        given: Given,
        (owner, now): (Owner, Timestamp),
    ) -> Result<Checked, Vec<Violation>> {
        let shown = self.shown(&before, owner);
        let known = |name: &str| shown.get(name).cloned().unwrap_or_default();
        let mut violations = Vec::new();
        let changed = self.given(given, &known, &mut violations);
        let mut columns = before.columns;
        columns.extend(changed);
        self.checked(Stored { columns, updated_at: now, ..before }, violations)
    }

    /// The declared columns among what a request gives. What Kiket sets by itself may be sent back
    /// as it was read.
    fn given(
        &self,
        given: Given,
        known: &dyn Fn(&str) -> Value,
        violations: &mut Vec<Violation>,
    ) -> Map<String, Value> {
        let mut columns = Map::new();
        for (name, value) in given.columns {
            if IMPLICIT_COLUMNS.contains(&name.as_str()) {
                if !is_same(&value, &known(&name)) {
                    let what = "is set by Kiket: leave it out".to_owned();
                    violations.push(violation(&name, (Rule::ReadOnly, what)));
                }
                continue;
            }
            let Some(column) = self.column(&name) else {
                let name: String = name.chars().take(128).collect();
                let what = "is no column of the table".to_owned();
                violations.push(violation(&name, (Rule::Unknown, what)));
                continue;
            };
            if value.is_null() && !column.null {
                violations.push(violation(&name, null()));
            }
            let fit = if value.is_null() {
                Ok(value)
            } else if column.kind == Kind::Decimal && given.inexact.contains(&name) {
                let what = "has more digits than a JSON number keeps: send it as a text";
                Err((Rule::Precision, what.to_owned()))
            } else {
                fit(column, value)
            };
            let value = fit.unwrap_or_else(|unfit| {
                violations.push(violation(&name, unfit));
                Value::Null
            });
            // Also what does not fit, so that it is not taken for missing.
            columns.insert(name, value);
        }
        columns
    }

    /// The record without nulls, and its entries, if all of it keeps the rules.
    pub(crate) fn checked(
        &self,
        mut record: Stored,
        mut violations: Vec<Violation>,
    ) -> Result<Checked, Vec<Violation>> {
        record.columns.retain(|_, value| !value.is_null());
        let size = serde_json::to_string(&record.columns).map_or(0, |text| text.len());
        if size > LARGEST_RECORD {
            let what = format!("has {size} bytes of JSON, at most {LARGEST_RECORD} are possible");
            violations.push(violation(WHOLE, (Rule::Size, what)));
        }
        let entries = self.entries(&record);
        for (index, entry) in self.indexes.iter().zip(&entries) {
            if entry.key.len() > LONGEST_INDEXED {
                let what = format!("is in an index, which holds up to {LONGEST_INDEXED} bytes");
                violations.push(violation(&index.columns.join(","), (Rule::Length, what)));
            }
        }
        if violations.is_empty() { Ok(Checked { record, entries }) } else { Err(violations) }
    }

    /// That another record has the same in this index.
    pub(crate) fn taken(&self, number: i64) -> Violation {
        let index = self.indexes.iter().find(|index| index.number == number);
        let field = match index.map(|index| index.columns.join(",")) {
            Some(columns) if !columns.is_empty() => columns,
            // Unique in the project.
            _ => "project_id".to_owned(),
        };
        violation(&field, (Rule::Unique, "is the same in another record".to_owned()))
    }
}

impl Column {
    /// What the column holds when nothing is said.
    pub(crate) fn default_at(&self, now: Timestamp) -> Value {
        match &self.default {
            None => Value::Null,
            Some(Default::Value(value)) => value.clone(),
            Some(Default::Now) if self.kind == Kind::Date => {
                now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string().into()
            }
            Some(Default::Now) => now.to_string().into(),
        }
    }
}

fn null() -> (Rule, String) {
    (Rule::Null, "needs a value".to_owned())
}

/// Whether a value is what Kiket has; a number may be written as a text.
fn is_same(given: &Value, known: &Value) -> bool {
    let as_text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    given.is_null() || (!known.is_null() && as_text(given) == as_text(known))
}
