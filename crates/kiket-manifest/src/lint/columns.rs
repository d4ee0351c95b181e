//! The tables and columns of the modules in the extension's folder.

use std::collections::HashSet;

use crate::Node;
use crate::finding::shown;
use crate::folder::File;
use crate::module::{COLUMN_TYPES, ModuleTable};

use super::modules::schemas;
use super::sample::{folder_sample, module_sample, sample};
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "schema-shape",
        severity: Severity::Error,
        summary: "something in the schema of a module is of another type than it must be",
        help: "Write `tables: {notes: {columns: [{name: body, type: text}]}}`.",
        bad: module_sample!("module: crm.notes", "tables: {notes: {columns: body}}"),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: schema_shape,
    },
    Rule {
        id: "incomplete-column",
        severity: Severity::Error,
        summary: "a table has no columns, or a column has no name or type",
        help: "Write `columns: [{name: body, type: text}]`.",
        bad: module_sample!("module: crm.notes", "tables: {notes: {columns: [{name: body}]}}"),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: incomplete_column,
    },
    Rule {
        id: "unknown-column-type",
        severity: Severity::Warning,
        summary: "columns have no such type",
        help: "Write `string`, `text`, `integer`, `bigint`, `decimal`, `boolean`, `datetime`, \
               `timestamp`, `date`, `json` or `jsonb`.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: txt}]}}"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: unknown_type,
    },
    Rule {
        id: "duplicate-column",
        severity: Severity::Error,
        summary: "a table or column is declared twice",
        help: "Take one of them out.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}, {name: body, type: string}]}}"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: duplicate_column,
    },
    Rule {
        id: "column-style",
        severity: Severity::Warning,
        summary: "the name of a table or column is not written as names are",
        help: "Write lower-case letters, digits and underscores, the first a letter.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: noteBody, type: text}]}}"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: note_body, type: text}]}}"
        ),
        check: column_style,
    },
];

/// Notes a value that is none of what it should be.
fn wrong(check: &mut Check<'_>, file: &File, node: Option<&Node>, wanted: &str) {
    let is_good = |node: &&Node| match wanted {
        "a list" => node.is_list(),
        "a mapping" => node.is_mapping(),
        _ => node.is_mapping() || node.is_list(),
    };
    if let Some(node) = node.filter(|node| !is_good(node)) {
        let message = format!("{} is {}", check.name_in(file, node.span), node.kind());
        check.report_in_with(file, node.span, message, format!("write {wanted}"));
    }
}

fn schema_shape(check: &mut Check<'_>) {
    for schema in schemas(check) {
        let file = schema.file;
        let root = file.document.root();
        wrong(check, file, Some(root).filter(|root| !root.is_null()), "a mapping");
        wrong(check, file, schema.listed, "a mapping or a list");
        let in_list = schema.listed.into_iter().flat_map(|listed| listed.items());
        for table in in_list.filter(|table| table.get("name").and_then(|n| n.as_text()).is_none()) {
            let message = format!("{} has no `name`", check.name_in(file, table.span));
            check.report_in_with(file, table.span, message, "write the table's name");
        }
        for table in &schema.tables {
            wrong(check, file, Some(table.body).filter(|body| !body.is_null()), "a mapping");
            for list in ["columns", "indexes"] {
                wrong(check, file, table.body.get(list), "a list");
            }
            for index in table.indexes() {
                wrong(check, file, Some(index), "a mapping");
            }
        }
    }
}

fn incomplete_column(check: &mut Check<'_>) {
    for schema in schemas(check).into_iter().filter(|schema| schema.file.document.is_complete()) {
        for table in &schema.tables {
            let is_null = table.body.is_null() || table.body.is_mapping();
            let columns = table.body.get("columns");
            if is_null && columns.is_none_or(|list| list.is_list() && list.items().is_empty()) {
                let message = format!("`{}` has no columns", shown(table.name));
                check.report_in(schema.file, table.span, message);
            }
            for column in table.columns() {
                let is_absent =
                    |name: &&&str| column.get(name).is_none_or(|n| n.as_text().is_none());
                if let Some(missing) = ["name", "type"].iter().find(is_absent) {
                    let name = check.name_in(schema.file, column.span);
                    check.report_in(schema.file, column.span, format!("{name} has no `{missing}`"));
                }
            }
        }
    }
}

fn unknown_type(check: &mut Check<'_>) {
    for schema in schemas(check) {
        let columns = schema.tables.iter().flat_map(ModuleTable::columns);
        for kind in columns.filter_map(|column| column.get("type")) {
            let Some(written) = kind.as_text() else { continue };
            check.unknown_in(schema.file, kind.span, ("type", written), &COLUMN_TYPES);
        }
    }
}

fn duplicate_column(check: &mut Check<'_>) {
    for schema in schemas(check) {
        let mut tables = HashSet::new();
        for table in &schema.tables {
            if !tables.insert(table.name) {
                let message = format!("`{}` is a table already", shown(table.name));
                check.report_in(schema.file, table.span, message);
            }
            let mut columns = HashSet::new();
            for name in table.columns().iter().filter_map(|column| column.get("name")) {
                if let Some(text) = name.as_text()
                    && !columns.insert(text)
                {
                    let message = format!("`{}` is a column already", shown(text));
                    check.report_in(schema.file, name.span, message);
                }
            }
        }
    }
}

fn column_style(check: &mut Check<'_>) {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let is_good = |name: &str| {
        name.bytes().all(is_inner) && name.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
    };
    for schema in schemas(check) {
        for table in &schema.tables {
            let columns = table.columns().iter().filter_map(|column| column.get("name"));
            let columns = columns.filter_map(|name| Some((name.span, name.as_text()?)));
            for (span, name) in [(table.span, table.name)].into_iter().chain(columns) {
                if !is_good(name) {
                    let message = format!("`{}` is no name of a table or column", shown(name));
                    check.report_in(schema.file, span, message);
                }
            }
        }
    }
}
