//! What a list asks for: columns that are equal to values, and an order.
//!
//! The names are looked up in the table, and the values become keys: what comes from outside is only
//! ever compared.

use kiket_contract::api::custom_data::{Rule, Violation};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::record::Owner;
use super::table::{Field, Index, Kind, Stored, Table};
use super::value::{violation, wanted};

const FILTERS: &str = "filters";
const ORDER: &str = "order";
/// Stands before a column for the largest first.
const DESCENDING: char = '-';

/// The records that a list shows.
pub(crate) struct Filter<'t> {
    conditions: Vec<(Field<'t>, Vec<u8>)>,
    /// Whether it asks for what is another project's.
    is_elsewhere: bool,
}

/// The order of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'t> {
    pub(crate) field: Field<'t>,
    pub(crate) descending: bool,
}

/// Where the records of a list are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// An index and the beginning of the keys in it; without it, all records by their number.
    pub(crate) index: Option<(i64, Vec<u8>)>,
    /// Whether they are found in the order that is asked for.
    pub(crate) in_order: bool,
    /// Whether all that is found there is asked for.
    pub(crate) is_exact: bool,
}

impl<'t> Filter<'t> {
    /// Reads the filters of a query: a JSON object.
    pub(crate) fn read(
        table: &'t Table,
        text: Option<&str>,
        owner: Owner,
    ) -> Result<Self, Vec<Violation>> {
        let mut filter = Self { conditions: Vec::new(), is_elsewhere: false };
        let mut violations = Vec::new();
        for (name, value) in object(text)? {
            let own = match name.as_str() {
                "organization_id" => Some(owner.0),
                "project_id" => Some(owner.1),
                _ => None,
            };
            if let Some(own) = own {
                let is_own = value == own || value.as_str() == Some(&own.to_string());
                filter.is_elsewhere |= !is_own;
                continue;
            }
            let Some(field) = table.field(&name) else {
                let name: String = name.chars().take(128).collect();
                violations.push(unknown(&name));
                continue;
            };
            match wanted(field, value) {
                Ok(key) => filter.conditions.push((field, key)),
                Err(unfit) => violations.push(violation(&name, unfit)),
            }
        }
        if violations.is_empty() { Ok(filter) } else { Err(violations) }
    }

    /// Whether nothing can be found.
    pub(crate) fn finds_nothing(&self) -> bool {
        self.is_elsewhere
    }

    /// Whether a record is asked for.
    pub(crate) fn takes(&self, record: &Stored) -> bool {
        self.conditions.iter().all(|(field, key)| field.key(record) == *key)
    }

    /// Where to look: in the index of which the most columns are known, and of two such in the one
    /// that has the order.
    pub(crate) fn source(&self, table: &Table, order: Order<'_>) -> Source {
        let by_number = Source {
            index: None,
            in_order: order.field == Field::Id,
            is_exact: self.conditions.is_empty(),
        };
        let candidates = table.indexes.iter().filter_map(|index| {
            let prefix: Vec<_> = self.known(index).collect();
            let next = index.columns.get(prefix.len()).map(String::as_str);
            let in_order = match next {
                // A position is of this column and the record, so it has to be the last one.
                Some(next) => {
                    prefix.len() + 1 == index.columns.len()
                        && order.field != Field::Id
                        && next == order.field.name()
                }
                None => order.field == Field::Id,
            };
            let known = prefix.len();
            let is_exact = known == self.conditions.len();
            let index = Some((index.number, prefix.concat()));
            let source = Source { index, in_order, is_exact };
            (known > 0 || in_order).then_some(((known, in_order), source))
        });
        let best = candidates.max_by_key(|(worth, _)| *worth);
        let better = best.filter(|((known, _), _)| *known > 0 || !by_number.in_order);
        better.map_or(by_number, |(_, source)| source)
    }

    /// The keys of the leading columns of an index that have to be equal to something.
    fn known<'a>(&'a self, index: &'a Index) -> impl Iterator<Item = Vec<u8>> + 'a {
        index.columns.iter().map_while(|name| {
            let condition = self.conditions.iter().find(|(field, _)| field.name() == name);
            condition.map(|(_, key)| key.clone())
        })
    }
}

impl<'t> Order<'t> {
    /// Reads an order: a column, behind `-` for the largest first.
    pub(crate) fn read(table: &'t Table, text: Option<&str>) -> Result<Self, Vec<Violation>> {
        let Some(text) = text else { return Ok(Self { field: Field::Id, descending: false }) };
        let (name, descending) = match text.strip_prefix(DESCENDING) {
            Some(name) => (name, true),
            None => (text, false),
        };
        let field = table.field(name).filter(|field| field.kind() != Kind::Json);
        match field {
            Some(field) => Ok(Self { field, descending }),
            None => {
                let what = "is no column that has an order".to_owned();
                Err(vec![violation(ORDER, (Rule::Unknown, what))])
            }
        }
    }
}

fn unknown(name: &str) -> Violation {
    violation(name, (Rule::Unknown, "is no column of the table".to_owned()))
}

/// Some SDKs encode the text twice.
fn object(text: Option<&str>) -> Result<Map<String, Value>, Vec<Violation>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(Map::new());
    };
    let once_more = || {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let text = if text.starts_with('{') { text.to_owned() } else { once_more() };
    serde_json::from_str(&text).map_err(|_| {
        let what = "is no JSON object of columns and values".to_owned();
        vec![violation(FILTERS, (Rule::Type, what))]
    })
}
