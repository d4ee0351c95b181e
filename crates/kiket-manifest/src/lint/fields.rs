//! The fields that a step of the wizard asks for.

use std::collections::HashSet;

use crate::Node;
use crate::finding::shown;

use super::sample::sample;
use super::setup::steps;
use super::{Check, Rule, Severity};

const OBTAIN: [&str; 7] =
    ["oauth2", "oauth2_client_credentials", "api_key", "token", "input", "basic", "auto_generate"];
const DYNAMIC: [&str; 5] = ["issue_type", "workflow_status", "board", "priority", "project"];
const KINDS: [&str; 17] = [
    "text",
    "string",
    "number",
    "integer",
    "boolean",
    "checkbox",
    "select",
    "textarea",
    "password",
    "secret",
    "email",
    "url",
    "issue_type",
    "workflow_status",
    "board",
    "priority",
    "project",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "missing-field-key",
        severity: Severity::Error,
        summary: "a field of the wizard has no key",
        help: "Add `key`, which names the setting that the answer becomes.",
        bad: sample!("  setup: [{configure: {title: Sending, fields: [{label: Mode}]}}]"),
        good: sample!(
            "  setup: [{configure: {title: Sending, fields: [{key: MODE, label: Mode}]}}]"
        ),
        check: missing_key,
    },
    Rule {
        id: "duplicate-field",
        severity: Severity::Warning,
        summary: "the wizard asks for the same twice",
        help: "Take one of them out: the later answer would replace the earlier one.",
        bad: sample!(
            "  setup: [{configure: {title: Sending, fields: [{key: MODE}, {key: MODE}]}}]"
        ),
        good: sample!("  setup: [{configure: {title: Sending, fields: [{key: MODE}]}}]"),
        check: duplicate,
    },
    Rule {
        id: "unknown-field-type",
        severity: Severity::Warning,
        summary: "no field of the wizard has this type",
        help: "Write `text`, `number`, `boolean`, `checkbox`, `select`, or what users choose: \
               `project`, `issue_type`, `workflow_status`, `board`, `priority`.",
        bad: sample!("  setup: [{configure: {title: Sending, fields: [{key: MODE, type: txt}]}}]"),
        good: sample!(
            "  setup: [{configure: {title: Sending, fields: [{key: MODE, type: text}]}}]"
        ),
        check: unknown_type,
    },
    Rule {
        id: "unknown-obtain",
        severity: Severity::Error,
        summary: "a secret can not be obtained this way",
        help: "Write `oauth2`, `oauth2_client_credentials`, `api_key`, `token`, `input`, `basic` or \
               `auto_generate`.",
        bad: sample!(
            "  setup: [{secrets: {title: Account, fields: [{key: TOKEN, obtain: {type: api-key}}]}}]"
        ),
        good: sample!(
            "  setup: [{secrets: {title: Account, fields: [{key: TOKEN, obtain: {type: api_key}}]}}]"
        ),
        check: unknown_obtain,
    },
    Rule {
        id: "missing-oauth-url",
        severity: Severity::Error,
        summary: "a secret is obtained by OAuth and it is not said where",
        help: "Add `token_url`, and `authorization_url` for `oauth2`; or name a `provider`.",
        bad: sample!(
            "  setup: [{secrets: {title: Account, fields: [{key: TOKEN, obtain: {type: oauth2}}]}}]"
        ),
        good: sample!(
            "  setup:",
            "    - secrets:",
            "        title: Account",
            "        fields:",
            "          - key: TOKEN",
            "            obtain:",
            "              type: oauth2",
            "              authorization_url: https://example.com/authorize",
            "              token_url: https://example.com/token"
        ),
        check: missing_oauth_url,
    },
    Rule {
        id: "select-options",
        severity: Severity::Error,
        summary: "a choice has no options",
        help: "Add `options`, such as `options: [{value: fast, label: Fast}]`.",
        bad: sample!(
            "  setup: [{configure: {title: Sending, fields: [{key: MODE, type: select}]}}]"
        ),
        good: sample!(
            "  setup:",
            "    - configure:",
            "        title: Sending",
            "        fields: [{key: MODE, type: select, options: [{value: fast, label: Fast}]}]"
        ),
        check: select_options,
    },
    Rule {
        id: "ignored-options",
        severity: Severity::Warning,
        summary: "the options of a field are ignored",
        help: "Take them out: what can be chosen is known when the wizard runs.",
        bad: sample!(
            "  setup: [{configure: {title: Where, fields: [{key: BOARD, type: board, options: [a]}]}}]"
        ),
        good: sample!(
            "  setup: [{configure: {title: Where, fields: [{key: BOARD, type: board}]}}]"
        ),
        check: ignored_options,
    },
];

/// Every field that a step asks for, and not a text or list in its place.
fn fields<'a>(check: &Check<'a>) -> Vec<&'a Node> {
    let lists = steps(check).filter_map(|step| step.body.get("fields"));
    lists.flat_map(|list| list.items()).filter(|field| field.is_mapping()).collect()
}

fn kind(field: &Node) -> &str {
    field.get("type").and_then(|kind| kind.as_text()).unwrap_or_default()
}

fn has_options(field: &Node) -> bool {
    field
        .get("options")
        .is_some_and(|options| !options.items().is_empty() || !options.entries().is_empty())
}

fn missing_key(check: &mut Check<'_>) {
    for field in fields(check) {
        if field.get("key").is_none() && check.is_complete() {
            check.report(field.span, format!("{} has no `key`", check.name(field.span)));
        }
    }
}

fn duplicate(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for key in fields(check).into_iter().filter_map(|field| field.get("key")) {
        if let Some(text) = key.as_text()
            && !seen.insert(text)
        {
            check.report(key.span, format!("`{}` is asked for already", shown(text)));
        }
    }
}

fn unknown_type(check: &mut Check<'_>) {
    for kind in fields(check).into_iter().filter_map(|field| field.get("type")) {
        let text = kind.as_written().unwrap_or_default();
        if !KINDS.contains(&text) {
            let message = format!("{} is no type of a field", check.name(kind.span));
            check.unknown(kind.span, message, text, KINDS);
        }
    }
}

fn obtained<'a>(check: &Check<'a>) -> Vec<(&'a Node, &'a Node)> {
    let obtained = |field: &'a Node| {
        let obtain = field.get("obtain")?;
        Some((obtain, obtain.get("type")?))
    };
    fields(check).into_iter().filter_map(obtained).collect()
}

fn unknown_obtain(check: &mut Check<'_>) {
    for (_, kind) in obtained(check) {
        match kind.as_written() {
            Some(text) => check.choice(kind.span, text, &OBTAIN),
            None => check.report(kind.span, format!("{} is no way", check.name(kind.span))),
        }
    }
}

fn missing_oauth_url(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    for (obtain, kind) in obtained(check) {
        let needed: &[&str] = match kind.as_text() {
            Some("oauth2") => &["authorization_url", "token_url"],
            Some("oauth2_client_credentials") => &["token_url"],
            _ => &[],
        };
        let missing = needed.iter().find(|name| obtain.get(name).is_none());
        if let Some(missing) = missing.filter(|_| obtain.get("provider").is_none()) {
            check.report(kind.span, format!("{} needs `{missing}`", check.name(obtain.span)));
        }
    }
}

fn select_options(check: &mut Check<'_>) {
    for field in fields(check) {
        if kind(field) == "select" && !has_options(field) && check.is_complete() {
            check.report(field.span, format!("{} has no `options`", check.name(field.span)));
        }
    }
}

fn ignored_options(check: &mut Check<'_>) {
    for field in fields(check) {
        if let Some(options) = field.get("options")
            && DYNAMIC.contains(&kind(field))
            && has_options(field)
        {
            check.report(options.span, format!("{} is ignored", check.name(options.span)));
        }
    }
}
