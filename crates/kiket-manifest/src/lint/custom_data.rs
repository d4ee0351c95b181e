//! The modules of custom data that an extension uses.

use std::collections::HashSet;

use kiket_contract::scope;

use crate::finding::shown;

use super::modules::schemas;
use super::sample::sample;
use super::{Check, Rule, Severity};

const OPERATIONS: [&str; 4] = ["read", "write", "delete", "admin"];
const READ: &str = "custom_data.read";
const WRITE: &str = "custom_data.write";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-operation",
        severity: Severity::Error,
        summary: "custom data has no such operation",
        help: "Write `read`, `write`, `delete` or `admin`.",
        bad: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [reed]}]}"
        ),
        good: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"
        ),
        check: unknown_operation,
    },
    Rule {
        id: "missing-operations",
        severity: Severity::Warning,
        summary: "a module of custom data is named without an operation",
        help: "Add `operations`, such as `operations: [read]`: without one nothing is permitted.",
        bad: sample!("  custom_data: {permissions: [{module: crm.notes}]}"),
        good: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"
        ),
        check: missing_operations,
    },
    Rule {
        id: "missing-custom-data-scope",
        severity: Severity::Warning,
        summary: "custom data is used and the scope for it is not asked for",
        help: "Add `custom_data.read` or `custom_data.write` to `permissions`: without it every call \
               is refused.",
        bad: sample!("  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"),
        good: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"
        ),
        check: missing_scope,
    },
    Rule {
        id: "duplicate-module",
        severity: Severity::Warning,
        summary: "a module of custom data is named twice",
        help: "Put the operations together.",
        bad: sample!(
            "  permissions: [custom_data.read, custom_data.write]",
            "  custom_data:",
            "    permissions:",
            "      - {module: crm.notes, operations: [read]}",
            "      - {module: crm.notes, operations: [write]}"
        ),
        good: sample!(
            "  permissions: [custom_data.read, custom_data.write]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read, write]}]}"
        ),
        check: duplicate_module,
    },
    Rule {
        id: "module-style",
        severity: Severity::Warning,
        summary: "the id of a module is not written as ids are",
        help: "Write lower-case letters, digits, dots and dashes, such as `com.example.crm.notes`.",
        bad: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: Notes!, operations: [read]}]}"
        ),
        good: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"
        ),
        check: module_style,
    },
    Rule {
        id: "older-custom-data",
        severity: Severity::Warning,
        summary: "`custom_data.modules` is an older form, which permits nothing",
        help: "Write `permissions: [{module: crm.notes, operations: [read]}]`.",
        bad: sample!("  custom_data: {modules: [crm.notes]}"),
        good: sample!(
            "  permissions: [custom_data.read]",
            "  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}"
        ),
        check: older_form,
    },
];

fn unknown_operation(check: &mut Check<'_>) {
    for operation in check.manifest.custom_data.iter().flat_map(|module| &module.operations) {
        check.choice(operation.span, operation, &OPERATIONS);
    }
    for schema in schemas(check) {
        for rule in schema.permissions() {
            let tables = rule.get("tables").map_or(&[][..], |tables| tables.entries());
            let by_table = tables.iter().map(|entry| &entry.value);
            let lists = by_table.chain(rule.get("operations"));
            for operation in lists.flat_map(|list| list.items()) {
                let Some(written) = operation.as_text() else { continue };
                check.unknown_in(schema.file, operation.span, ("operation", written), &OPERATIONS);
            }
        }
    }
}

fn missing_operations(check: &mut Check<'_>) {
    for module in &check.manifest.custom_data {
        if module.operations.is_empty() && check.is_complete() {
            let message = format!("nothing is permitted with `{}`", shown(&module.module));
            check.report(module.module.span, message);
        }
    }
}

fn missing_scope(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let granted: Vec<String> =
        check.manifest.permissions.iter().map(|scope| scope.value.clone()).collect();
    for (scope, operations) in [(READ, &["read"][..]), (WRITE, &["write", "delete", "admin"][..])] {
        if scope::missing(&granted, &[scope]).is_empty() {
            continue;
        }
        let mut used = check.manifest.custom_data.iter().flat_map(|module| &module.operations);
        if let Some(first) = used.find(|used| operations.contains(&used.as_str())) {
            let help = format!("add `{scope}` to `permissions`: without it every call is refused");
            check.report_with(first.span, format!("`permissions` has no `{scope}`"), help);
        }
    }
}

fn duplicate_module(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for module in &check.manifest.custom_data {
        if !seen.insert(module.module.as_str()) {
            let message = format!("`{}` is named already", shown(&module.module));
            check.report(module.module.span, message);
        }
    }
}

fn module_style(check: &mut Check<'_>) {
    let is_inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    let is_good = |id: &str| {
        id.bytes().all(is_inner) && id.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
    };
    for module in check.manifest.custom_data.iter().map(|permission| &permission.module) {
        if !is_good(module) {
            check.report(module.span, format!("{} is no id of a module", check.name(module.span)));
        }
    }
    for schema in schemas(check) {
        let (Some(id), Some(name)) = (schema.id, schema.name()) else { continue };
        if !name.is_empty() && !is_good(name) {
            let message = format!("`{}` is no id of a module", shown(name));
            check.report_in(schema.file, id.span, message);
        }
    }
}

fn older_form(check: &mut Check<'_>) {
    let Some(block) = check.manifest.block("custom_data") else { return };
    if let Some(modules) = block.get("modules") {
        check.report(modules.key_span.unwrap_or(modules.span), "`modules` is an older form");
    }
}
