//! What a table is: its columns, with their rules, and its indexes.
//!
//! It is stored as JSON beside the records, so that no call has to read a schema's text.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::key;

/// A table of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// Whether removed records are kept.
    pub(crate) soft_delete: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) indexes: Vec<Index>,
}

/// A column that a schema declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether it may have no value.
    pub(crate) null: bool,
    pub(crate) default: Option<Default>,
    /// The most characters of a text.
    pub(crate) length: Option<u64>,
    /// The most digits of a decimal, and how many of them stand behind the point.
    pub(crate) precision: Option<u64>,
    pub(crate) scale: Option<u64>,
    /// The values that it may have; any when empty.
    pub(crate) options: Vec<Value>,
}

/// What a column holds when nothing is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Default {
    /// The time of the write.
    Now,
    Value(Value),
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text,
    Integer,
    Bigint,
    Decimal,
    Boolean,
    Time,
    Date,
    Json,
}

impl Kind {
    /// The type of this name in a schema.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "string" | "text" => Self::Text,
            "integer" => Self::Integer,
            "bigint" => Self::Bigint,
            "decimal" => Self::Decimal,
            "boolean" => Self::Boolean,
            "datetime" | "timestamp" => Self::Time,
            "date" => Self::Date,
            "json" | "jsonb" => Self::Json,
            _ => return None,
        })
    }
}

/// An index. Its columns do not name the project: a table's records are all of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    /// Its number in the table, which stays while the index means the same.
    pub(crate) number: i64,
    pub(crate) columns: Vec<String>,
    pub(crate) unique: bool,
}

/// A record as it is stored. `columns` has no nulls.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) id: i64,
    pub(crate) columns: Map<String, Value>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What an index holds of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) number: i64,
    pub(crate) key: Vec<u8>,
    /// Whether no other record may have this key. As in SQL, what has no value is unlike all others.
    pub(crate) is_unique: bool,
}

/// What can be asked of a record, and of what type it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Field<'t> {
    Id,
    CreatedAt,
    UpdatedAt,
    Column(&'t Column),
}

impl Field<'_> {
    /// The name that requests and schemas have for it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Column(column) => &column.name,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Id => Kind::Bigint,
            Self::CreatedAt | Self::UpdatedAt => Kind::Time,
            Self::Column(column) => column.kind,
        }
    }

    /// A record's value as bytes that stand in the order of the values.
    pub(crate) fn key(&self, record: &Stored) -> Vec<u8> {
        let time = |time: Timestamp| Cow::Owned(time.to_string().into());
        let value = match self {
            Self::Id => Cow::Owned(record.id.into()),
            Self::CreatedAt => time(record.created_at),
            Self::UpdatedAt => time(record.updated_at),
            Self::Column(column) => match record.columns.get(&column.name) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(Value::Null),
            },
        };
        key::of(self.kind(), &value)
    }
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What filters, orders and indexes may name.
    pub(crate) fn field(&self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "id" => Field::Id,
            "created_at" => Field::CreatedAt,
            "updated_at" => Field::UpdatedAt,
            _ => Field::Column(self.column(name)?),
        })
    }

    /// What every index holds of a record.
    pub(crate) fn entries(&self, record: &Stored) -> Vec<Entry> {
        self.indexes.iter().map(|index| self.entry(index, record)).collect()
    }

    /// What one index holds of a record.
    pub(crate) fn entry(&self, index: &Index, record: &Stored) -> Entry {
        let mut key = Vec::new();
        let mut is_whole = true;
        for field in index.columns.iter().filter_map(|name| self.field(name)) {
            let part = field.key(record);
            is_whole &= part != key::NULL;
            key.extend(part);
        }
        Entry { number: index.number, key, is_unique: index.unique && is_whole }
    }

    /// The record as it is shown: every column, and what Kiket knows of it.
    pub(crate) fn shown(
        &self,
        record: &Stored,
        (organization, project): (i64, i64),
    ) -> Map<String, Value> {
        let mut shown: Map<_, _> =
            self.columns.iter().map(|column| (column.name.clone(), Value::Null)).collect();
        shown.extend(record.columns.clone());
        let known = [
            ("id", json!(record.id)),
            ("organization_id", json!(organization)),
            ("project_id", json!(project)),
            ("created_at", json!(record.created_at)),
            ("updated_at", json!(record.updated_at)),
        ];
        shown.extend(known.map(|(name, value)| (name.to_owned(), value)));
        shown
    }
}
