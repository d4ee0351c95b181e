//! What users can trigger.

use std::collections::HashSet;

use kiket_contract::event::Name;

use crate::Node;
use crate::finding::shown;

use super::sample::sample;
use super::{Check, Rule, Severity};

const SCOPES: [&str; 2] = ["project", "issue"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "duplicate-action",
        severity: Severity::Warning,
        summary: "two actions or commands have the same key",
        help: "Give one of them another key: the key says which is called.",
        bad: sample!("  actions: [{key: sync, label: Fetch}, {key: sync, label: Send}]"),
        good: sample!("  actions: [{key: fetch, label: Fetch}, {key: send, label: Send}]"),
        check: duplicate,
    },
    Rule {
        id: "action-key",
        severity: Severity::Error,
        summary: "an action can not have this key",
        help: "Write letters, digits, dots, dashes and underscores, the first a letter or digit.",
        bad: sample!("  actions: [{key: sync all, label: Synchronise}]"),
        good: sample!("  actions: [{key: sync_all, label: Synchronise}]"),
        check: key,
    },
    Rule {
        id: "missing-action-label",
        severity: Severity::Warning,
        summary: "an action has no name that users see",
        help: "Add `label`.",
        bad: sample!("  actions: [{key: sync}]"),
        good: sample!("  actions: [{key: sync, label: Synchronise}]"),
        check: missing_label,
    },
    Rule {
        id: "unknown-action-scope",
        severity: Severity::Warning,
        summary: "actions are not offered there",
        help: "Write `project` or `issue`.",
        bad: sample!("  actions: [{key: sync, label: Synchronise, scopes: [projct]}]"),
        good: sample!("  actions: [{key: sync, label: Synchronise, scopes: [project]}]"),
        check: unknown_scope,
    },
    Rule {
        id: "incomplete-command",
        severity: Severity::Warning,
        summary: "a contributed command or workflow action lacks what it needs",
        help: "A command needs `command`, `title` and `handler.event`; a workflow action needs `id`, \
               `name` and `handler.event`.",
        bad: sample!("  contributes: {commands: [{command: crm.sync, title: Synchronise}]}"),
        good: sample!(
            "  contributes:",
            "    commands:",
            "      - command: crm.sync",
            "        title: Synchronise",
            "        handler: {type: extension_event, event: crm.sync}"
        ),
        check: incomplete_command,
    },
];

/// The members of a list that the extension contributes.
fn contributed<'a>(check: &Check<'a>, list: &str) -> &'a [Node] {
    let list = check.manifest.block("contributes").and_then(|block| block.get(list));
    list.map_or(&[], |list| list.items())
}

fn duplicate(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for action in &check.manifest.actions {
        if !seen.insert(action.key.as_str()) {
            let message = format!("`{}` is an action already", shown(&action.key));
            check.report(action.key.span, message);
        }
    }
    for (list, name) in [("commands", "command"), ("workflow_actions", "id")] {
        let mut seen = HashSet::new();
        for key in contributed(check, list).iter().filter_map(|item| item.get(name)) {
            if let Some(text) = key.as_text()
                && !seen.insert(text)
            {
                check.report(key.span, format!("`{}` is declared already", shown(text)));
            }
        }
    }
}

fn key(check: &mut Check<'_>) {
    for action in &check.manifest.actions {
        if !Name::is_valid(&kiket_contract::event::action(&action.key))
            || !Name::is_valid(&action.key)
        {
            let message = format!("{} can not be a key", check.name(action.key.span));
            check.report(action.key.span, message);
        }
    }
}

fn missing_label(check: &mut Check<'_>) {
    for action in &check.manifest.actions {
        if action.label.is_none() && check.is_complete() {
            check.report(action.key.span, format!("`{}` has no `label`", shown(&action.key)));
        }
    }
}

fn unknown_scope(check: &mut Check<'_>) {
    for scope in check.manifest.actions.iter().flat_map(|action| &action.scopes) {
        check.choice(scope.span, scope, &SCOPES);
    }
}

fn incomplete_command(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    for (list, names) in [("commands", ["command", "title"]), ("workflow_actions", ["id", "name"])]
    {
        for item in contributed(check, list) {
            let missing = names.iter().find(|name| item.get(name).is_none()).copied();
            let event = item.get("handler").and_then(|handler| handler.get("event"));
            let missing = missing.or(event.is_none().then_some("handler.event"));
            if let Some(missing) = missing {
                check.report(item.span, format!("{} has no `{missing}`", check.name(item.span)));
            }
        }
    }
}
