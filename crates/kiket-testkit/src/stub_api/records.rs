//! What is kept in tables: custom data, issues and their comments.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) type Record = Map<String, Value>;

/// Every table's records, by their id, which no two records share.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    tables: BTreeMap<String, BTreeMap<i64, Record>>,
    last_id: i64,
}

impl Records {
    fn table(&mut self, table: &str) -> &mut BTreeMap<i64, Record> {
        self.tables.entry(table.to_owned()).or_default()
    }

    /// Keeps a record, and gives it back with its id.
    pub(super) fn create(&mut self, table: &str, mut record: Record) -> (i64, Record) {
        self.last_id += 1;
        let id = self.last_id;
        record.insert("id".to_owned(), json!(id));
        self.table(table).insert(id, record.clone());
        (id, record)
    }

    /// The records that have every value of `filters`, by their ids, from the one behind `after` on.
    pub(super) fn list<'a>(
        &'a mut self,
        table: &str,
        filters: &'a Record,
        after: i64,
    ) -> impl Iterator<Item = (i64, &'a Record)> {
        let fits =
            |record: &Record| filters.iter().all(|(name, value)| record.get(name) == Some(value));
        let behind = self.table(table).iter().filter(move |(id, _)| **id > after);
        behind.filter(move |(_, record)| fits(record)).map(|(id, record)| (*id, record))
    }

    pub(super) fn get(&mut self, table: &str, id: i64) -> Option<Record> {
        self.table(table).get(&id).cloned()
    }

    /// Takes these values over, and gives the whole record back.
    pub(super) fn update(&mut self, table: &str, id: i64, with: Record) -> Option<Record> {
        let record = self.table(table).get_mut(&id)?;
        record.extend(with);
        record.insert("id".to_owned(), json!(id));
        Some(record.clone())
    }

    pub(super) fn delete(&mut self, table: &str, id: i64) -> Option<Record> {
        self.table(table).remove(&id)
    }
}
