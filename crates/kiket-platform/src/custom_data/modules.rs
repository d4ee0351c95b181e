//! The modules that come with an installation: schemas and seeds, read and checked.

use std::collections::BTreeMap;

use kiket_contract::api::installations::{LARGEST_MODULE, MOST_MODULES};
use kiket_contract::api::secrets::{LONGEST_KEY, is_valid_key};
use kiket_manifest::Document;
use serde_json::{Map, Value};

use super::schema::{self, Tables};
use crate::error::Error;

/// The most bytes of a module's seeds.
const LARGEST_SEEDS: usize = 512 * 1024;

/// Modules by their ids.
pub(crate) type Modules = BTreeMap<String, Module>;

/// A module of custom data.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its schema's text.
    pub(crate) schema: String,
    pub(crate) tables: Tables,
    /// What a new table begins with, by the table's name.
    pub(crate) seeds: BTreeMap<String, Vec<Map<String, Value>>>,
}

/// The modules, if each can be read.
pub(crate) fn read(
    given: BTreeMap<String, String>,
    mut seeds: BTreeMap<String, Vec<String>>,
) -> Result<Modules, Error> {
    if given.len() > MOST_MODULES {
        return Err(Error::TooManyModules { given: given.len() });
    }
    let mut modules = Modules::new();
    for (name, schema) in given {
        let seeds = seeds.remove(&name).unwrap_or_default();
        let module = module(&name, schema, &seeds)?;
        modules.insert(name, module);
    }
    match seeds.into_keys().next() {
        Some(name) => Err(refused(&name, "has seeds and no schema")),
        None => Ok(modules),
    }
}

fn refused(name: &str, problem: impl Into<String>) -> Error {
    let name = name.chars().take(LONGEST_KEY).collect();
    Error::Module { name, problem: problem.into(), findings: Vec::new() }
}

fn module(name: &str, schema: String, seeds: &[String]) -> Result<Module, Error> {
    if !is_valid_key(name) {
        return Err(refused(
            name,
            format!(
                "has no name that can be used: 1 to {LONGEST_KEY} letters, digits, dots, dashes \
                 and underscores"
            ),
        ));
    }
    if schema.len() > LARGEST_MODULE {
        let size = schema.len();
        let problem = format!("has {size} bytes, at most {LARGEST_MODULE} are allowed");
        return Err(refused(name, problem));
    }
    let tables = schema::read(name, &schema).map_err(|findings| {
        let problem = findings.first().map_or_else(String::new, |first| first.message.clone());
        let problem = format!("can not be used: {problem}");
        Error::Module { name: name.to_owned(), problem, findings }
    })?;
    let seeds = self::seeds(name, seeds, &tables)?;
    Ok(Module { schema, tables, seeds })
}

/// Each text is `{table, records}`.
fn seeds(
    name: &str,
    texts: &[String],
    tables: &Tables,
) -> Result<BTreeMap<String, Vec<Map<String, Value>>>, Error> {
    if texts.iter().map(String::len).sum::<usize>() > LARGEST_SEEDS {
        return Err(refused(name, format!("has seeds of more than {LARGEST_SEEDS} bytes")));
    }
    let mut seeds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        let at = at + 1;
        let document = Document::parse(text);
        let root = document.root();
        let table = root.get("table").and_then(|table| table.as_text());
        let table = table.filter(|table| document.is_complete() && tables.contains_key(*table));
        let Some(table) = table else {
            let problem = format!("has seeds (number {at}) without a `table` of its schema");
            return Err(refused(name, problem));
        };
        for record in root.get("records").map_or(&[][..], |records| records.items()) {
            let Value::Object(record) = record.to_json() else {
                let problem = format!("has seeds (number {at}) with a record that is no mapping");
                return Err(refused(name, problem));
            };
            seeds.entry(table.to_owned()).or_default().push(record);
        }
    }
    Ok(seeds)
}
