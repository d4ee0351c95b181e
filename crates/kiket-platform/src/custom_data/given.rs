//! The columns that a request gives.

use std::collections::{BTreeMap, BTreeSet};

use kiket_contract::api::custom_data::{Record, WriteRecord};
use serde_json::value::RawValue;

use super::decimal::Decimal;

/// The columns that a request gives, and which of them are numbers with more digits than were read:
/// JSON's numbers are doubles here.
pub(crate) struct Given {
    pub(super) columns: Record,
    pub(super) inexact: BTreeSet<String>,
}

impl From<Record> for Given {
    fn from(columns: Record) -> Self {
        Self { columns, inexact: BTreeSet::new() }
    }
}

impl Given {
    /// The columns that were read from this body of a write.
    pub(crate) fn read(columns: Record, body: &[u8]) -> Self {
        let mut given = Self::from(columns);
        if !given.columns.values().any(serde_json::Value::is_f64) {
            return given;
        }
        // It has been read once as this already.
        let raw = serde_json::from_slice::<WriteRecord<BTreeMap<String, &RawValue>>>(body);
        for (name, raw) in raw.into_iter().flat_map(|raw| raw.record) {
            let read = given.columns.get(&name).filter(|value| value.is_f64());
            if read.is_some_and(|read| Decimal::parse(raw.get()) != Decimal::of(read)) {
                given.inexact.insert(name);
            }
        }
        given
    }
}
