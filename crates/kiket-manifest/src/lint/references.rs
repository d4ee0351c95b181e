//! What indexes, permissions and seeds name of the tables of a module.

use std::collections::HashSet;

use crate::folder::{File, Module};
use crate::module::{IMPLICIT_COLUMNS, ModuleTable, Schema};
use crate::{Node, Span};

use super::sample::{folder_sample, module_sample, sample};
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-column",
        severity: Severity::Error,
        summary: "an index or a seed names a column that the table has not",
        help: "Declare it in the table's `columns`, or name another one.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}], indexes: [{columns: [bdy]}]}}"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables:",
            "  notes:",
            "    columns: [{name: body, type: text}]",
            "    indexes: [{columns: [project_id, body], unique: true}]"
        ),
        check: unknown_column,
    },
    Rule {
        id: "unknown-table",
        severity: Severity::Error,
        summary: "a permission or a seed names a table that the module has not",
        help: "Declare it in the module's `tables`, or name another one.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}";
            ".kiket/modules/notes/seeds/first.yml": "table: nots", "records: [{body: Hello}]"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}",
            "permissions: [{role: user, tables: {notes: [read]}}]";
            ".kiket/modules/notes/seeds/first.yml": "table: notes", "records: [{body: Hello}]"
        ),
        check: unknown_table,
    },
];

/// The seeds of a module, each with the table that it names.
fn seeds(module: &Module) -> impl Iterator<Item = (&File, &Node)> {
    module.seeds.iter().filter_map(|seed| Some((seed, seed.document.root().get("table")?)))
}

fn unknown_column(check: &mut Check<'_>) {
    for module in check.beside.folder.into_iter().flat_map(|folder| &folder.modules) {
        for schema in module.schemas.iter().map(Schema::of) {
            for table in &schema.tables {
                let indexed = table.indexes().iter().filter_map(|index| index.get("columns"));
                let indexed = indexed.flat_map(|columns| match columns.as_text() {
                    Some(_) => std::slice::from_ref(columns),
                    None => columns.items(),
                });
                let named = indexed.filter_map(|column| Some((column.span, column.as_text()?)));
                columns_in(check, schema.file, table, named);
            }
            for (seed, table) in seeds(module) {
                let table = table.as_text().and_then(|name| schema.table(name));
                let records = seed.document.root().get("records");
                let records = records.map_or(&[][..], |records| records.items()).iter();
                let named = records.flat_map(|record| record.entries());
                let named = named.map(|entry| (entry.key.span, entry.key.as_str()));
                if let Some(table) = table {
                    columns_in(check, seed, table, named);
                }
            }
        }
    }
}

/// Notes every named column that a table with columns has not.
fn columns_in<'a>(
    check: &mut Check<'_>,
    file: &File,
    table: &ModuleTable<'_>,
    named: impl Iterator<Item = (Span, &'a str)>,
) {
    let known: Vec<_> = table.names().chain(IMPLICIT_COLUMNS).collect();
    if known.len() == IMPLICIT_COLUMNS.len() {
        return;
    }
    unknown(check, file, ("column", &known), named);
}

/// Notes every name that is none of the known ones, of which there may be many.
fn unknown<'a>(
    check: &mut Check<'_>,
    file: &File,
    (what, known): (&str, &[&str]),
    named: impl Iterator<Item = (Span, &'a str)>,
) {
    let all: HashSet<_> = known.iter().copied().collect();
    for (span, name) in named.filter(|(_, name)| !all.contains(name)) {
        check.unknown_in(file, span, (what, name), known);
    }
}

fn unknown_table(check: &mut Check<'_>) {
    for module in check.beside.folder.into_iter().flat_map(|folder| &folder.modules) {
        for schema in module.schemas.iter().map(Schema::of) {
            let known: Vec<_> = schema.tables.iter().map(|table| table.name).collect();
            if known.is_empty() || !schema.file.document.is_complete() {
                continue;
            }
            for tables in schema.permissions().iter().filter_map(|rule| rule.get("tables")) {
                let by_name = tables.entries().iter();
                let by_name = by_name.map(|entry| (entry.key.span, entry.key.as_str()));
                let listed = tables.items().iter();
                let listed = listed.filter_map(|table| Some((table.span, table.as_text()?)));
                unknown(check, schema.file, ("table", &known), by_name.chain(listed));
            }
            for (seed, table) in seeds(module) {
                if let Some(name) = table.as_text() {
                    check.unknown_in(seed, table.span, ("table", name), &known);
                }
            }
        }
    }
}
