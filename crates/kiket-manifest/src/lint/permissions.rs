//! The scopes that an extension asks for.

use std::collections::HashSet;

use kiket_contract::scope::{ALL, normal};

use crate::finding::shown;
use crate::{Edit, Node, Span};

use super::sample::sample;
use super::{Check, Rule, Severity};

const VERBS: [&str; 6] = ["read", "write", "execute", "send", "manage", "receive"];
const RESOURCES: [&str; 25] = [
    "analytics",
    "attachments",
    "audit",
    "boards",
    "calendars",
    "capacity",
    "comments",
    "configuration",
    "custom_data",
    "evidence",
    "ext.api",
    "ext.secrets",
    "intake_forms",
    "issues",
    "milestones",
    "notifications",
    "oauth",
    "projects",
    "raw-events",
    "secrets",
    "sla",
    "sync",
    "users",
    "webhooks",
    "workflows",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-scope",
        severity: Severity::Warning,
        summary: "no known scope has this name",
        help: "Write a resource and a verb, such as `issues.read` or `custom_data.write`.",
        bad: sample!("  permissions: [isues.read]"),
        good: sample!("  permissions: [issues.read]"),
        check: unknown_scope,
    },
    Rule {
        id: "duplicate-scope",
        severity: Severity::Warning,
        summary: "a scope is asked for twice",
        help: "Take one of them out. `issues.read`, `issues:read` and `read:issues` are the same.",
        bad: sample!("  permissions: [issues.read, read:issues]"),
        good: sample!("  permissions: [issues.read]"),
        check: duplicate_scope,
    },
    Rule {
        id: "every-scope",
        severity: Severity::Warning,
        summary: "the extension asks for everything",
        help: "Name the scopes that it needs.",
        bad: sample!("  permissions: [\"*\"]"),
        good: sample!("  permissions: [issues.read]"),
        check: every_scope,
    },
];

fn unknown_scope(check: &mut Check<'_>) {
    let known: Vec<_> = RESOURCES
        .iter()
        .flat_map(|resource| VERBS.map(|verb| format!("{resource}.{verb}")))
        .collect();
    for scope in &check.manifest.permissions {
        let written = normal(scope);
        if written == ALL || written.starts_with("project:") {
            continue;
        }
        let (resource, verb) = written.rsplit_once('.').unwrap_or((&written, ""));
        let is_verb = VERBS.contains(&verb)
            || (resource == "raw-events" && matches!(verb, "submit" | "claim"));
        if RESOURCES.contains(&resource) && is_verb {
            continue;
        }
        let message = format!("no known scope is called `{}`", shown(scope));
        check.unknown(scope.span, message, &written, known.iter().map(String::as_str));
    }
}

fn duplicate_scope(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    let list = ["permissions", "scopes"].iter().find_map(|name| check.member(name));
    for (at, scope) in check.manifest.permissions.iter().enumerate() {
        if !seen.insert(normal(scope)) {
            check.report(scope.span, format!("`{}` is asked for already", shown(scope)));
            check.fix(list.and_then(|list| removed(check, list, at, scope.span)));
        }
    }
}

/// Takes an item out together with the gap before it, when nothing else stands in there.
fn removed(check: &Check<'_>, list: &Node, at: usize, span: Span) -> Option<Edit> {
    let item = list.items().get(at).filter(|item| item.span == span)?;
    let before = list.items().get(at.checked_sub(1)?)?;
    let gap = check.document.text().get(before.span.end..item.span.start)?;
    let is_plain = gap.trim() == ",";
    let stretch = Span::new(before.span.end, item.span.end);
    is_plain.then_some(Edit { span: stretch, text: String::new() })
}

fn every_scope(check: &mut Check<'_>) {
    for scope in &check.manifest.permissions {
        if *scope.value == *ALL {
            check.report(scope.span, "`*` grants everything");
        }
    }
}
