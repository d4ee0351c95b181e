//! The modules of custom data in the extension's folder.

use std::collections::HashSet;

use crate::finding::shown;
use crate::module::Schema;

use super::nearest::nearest;
use super::sample::{folder_sample, module_sample, sample};
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-schema",
        severity: Severity::Warning,
        summary: "a folder of modules holds neither a schema nor a dbt project",
        help: "Write `schema.yml` there, or take the folder out.",
        bad: folder_sample!(; ".kiket/modules/notes/tables.yml": "module: crm.notes";),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: missing_schema,
    },
    Rule {
        id: "missing-module-id",
        severity: Severity::Error,
        summary: "the schema of a module has no id",
        help: "Write `module: crm.notes`, or `module: {id: crm.notes}` with the tables in it.",
        bad: folder_sample!(;
            ".kiket/modules/notes/schema.yml":
                "tables: {notes: {columns: [{name: body, type: text}]}}";
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: missing_id,
    },
    Rule {
        id: "missing-tables",
        severity: Severity::Error,
        summary: "the schema of a module has no tables",
        help: "Write `tables`, each table with its `columns`.",
        bad: module_sample!("module: crm.notes", "tables: {}"),
        good: module_sample!(
            "module: {id: crm.notes, tables: [{name: notes, columns: [{name: body, type: text}]}]}"
        ),
        check: missing_tables,
    },
    Rule {
        id: "duplicate-schema",
        severity: Severity::Error,
        summary: "two schemas have the id of one module",
        help: "Take one of them out, or give it an id of its own.",
        bad: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}";
            ".kiket/modules/memos/schema.yml":
                "module: crm.notes",
                "tables: {memos: {columns: [{name: body, type: text}]}}"
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: duplicate_schema,
    },
    Rule {
        id: "undeclared-module",
        severity: Severity::Warning,
        summary: "the extension brings a module that its manifest does not use",
        help: "Add it to `custom_data.permissions`: without it nothing is permitted.",
        bad: folder_sample!(;
            ".kiket/modules/notes/schema.yml":
                "module: crm.notes",
                "tables: {notes: {columns: [{name: body, type: text}]}}";
        ),
        good: module_sample!(
            "module: crm.notes",
            "tables: {notes: {columns: [{name: body, type: text}]}}"
        ),
        check: undeclared_module,
    },
    Rule {
        id: "unknown-module",
        severity: Severity::Warning,
        summary: "the manifest uses a module as its own that the extension does not bring",
        help: "Write its schema below `.kiket/modules`. Others' modules can only be read.",
        bad: folder_sample!(
            "  permissions: [custom_data.read, custom_data.write]",
            "  custom_data:",
            "    permissions:",
            "      - {module: crm.notes, operations: [read]}",
            "      - {module: crm.memos, operations: [read, write]}";
            ".kiket/modules/notes/schema.yml":
                "module: crm.notes",
                "tables: {notes: {columns: [{name: body, type: text}]}}";
        ),
        good: folder_sample!(
            "  permissions: [custom_data.read]",
            "  custom_data:",
            "    permissions:",
            "      - {module: crm.notes, operations: [read]}",
            "      - {module: kiket.team.capacity, operations: [read]}";
            ".kiket/modules/notes/schema.yml":
                "module: crm.notes",
                "tables: {notes: {columns: [{name: body, type: text}]}}";
        ),
        check: unknown_module,
    },
];

/// Every schema in the extension's folder.
pub(super) fn schemas<'a>(check: &Check<'a>) -> Vec<Schema<'a>> {
    let modules = check.beside.folder.into_iter().flat_map(|folder| &folder.modules);
    modules.flat_map(|module| &module.schemas).map(Schema::of).collect()
}

fn missing_schema(check: &mut Check<'_>) {
    for module in check.beside.folder.into_iter().flat_map(|folder| &folder.modules) {
        let is_unread = check.beside.folder.is_some_and(|folder| {
            folder.unread.iter().any(|unread| unread.path.starts_with(&module.path))
        });
        if module.schemas.is_empty() && module.dbt.is_none() && !is_unread {
            let message = format!("`{}` has no `schema.yml`", module.path.display());
            check.report(check.place(), message);
        }
    }
}

fn missing_id(check: &mut Check<'_>) {
    for schema in schemas(check) {
        let root = schema.file.document.root();
        match schema.id {
            Some(id) if id.as_text().is_some_and(|id| !id.trim().is_empty()) => {}
            Some(id) if id.as_text().is_none() => {
                let message = format!("the module's id is {}", id.kind());
                check.report_in(schema.file, id.span, message);
            }
            Some(id) => check.report_in(schema.file, id.span, "the module's id is empty"),
            None if schema.file.document.is_complete() => {
                let span = root.get("module").unwrap_or(root).span;
                check.report_in(schema.file, span, "the module has no id");
            }
            None => {}
        }
    }
}

fn missing_tables(check: &mut Check<'_>) {
    for schema in schemas(check).into_iter().filter(|schema| schema.id.is_some()) {
        let is_empty = schema.listed.is_none_or(|listed| {
            listed.items().is_empty()
                && listed.entries().is_empty()
                && (listed.is_mapping() || listed.is_list())
        });
        if is_empty && schema.file.document.is_complete() {
            let place = schema.listed.or(schema.id).map_or_else(Default::default, |node| node.span);
            check.report_in(schema.file, place, "the module has no tables");
        }
    }
}

fn duplicate_schema(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for schema in schemas(check) {
        let (Some(id), Some(name)) = (schema.id, schema.name()) else { continue };
        if !seen.insert(name) {
            let message = format!("`{}` has a schema already", shown(name));
            check.report_in(schema.file, id.span, message);
        }
    }
}

fn undeclared_module(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let older = check.manifest.block("custom_data").and_then(|block| block.get("modules"));
    let older = older.map_or(&[][..], |list| list.items());
    let older: HashSet<_> = older.iter().filter_map(|item| item.as_text()).collect();
    let declared: HashSet<_> =
        check.manifest.custom_data.iter().map(|module| module.module.as_str()).collect();
    let mut seen = HashSet::new();
    for schema in schemas(check) {
        let (Some(id), Some(name)) = (schema.id, schema.name()) else { continue };
        let is_declared = declared.contains(name) || older.contains(name);
        if name.is_empty() || is_declared || !seen.insert(name) {
            continue;
        }
        let message = format!("`custom_data.permissions` does not name `{}`", shown(name));
        match nearest(name, declared.iter().copied()) {
            Some(meant) => {
                let help = format!("the manifest names `{}`; make them the same", shown(meant));
                check.report_in_with(schema.file, id.span, message, help);
            }
            None => check.report_in(schema.file, id.span, message),
        }
    }
}

/// A module that is only read may be another's.
fn unknown_module(check: &mut Check<'_>) {
    let schemas = schemas(check);
    let known: HashSet<_> = schemas.iter().filter_map(Schema::name).collect();
    let is_read = check.beside.folder.is_some_and(|folder| folder.unread.is_empty());
    let is_whole = is_read && schemas.iter().all(|schema| schema.file.document.is_complete());
    if known.is_empty() || !is_whole {
        return;
    }
    let own = check.manifest.id.as_str();
    for permission in &check.manifest.custom_data {
        let name = permission.module.as_str();
        let is_changed = permission.operations.iter().any(|operation| operation.as_str() != "read");
        let below = name.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
        if !known.contains(name) && (is_changed || (below && !own.is_empty())) {
            let message = format!("no schema has the id `{}`", shown(name));
            check.unknown(permission.module.span, message, name, known.iter().copied());
        }
    }
}
