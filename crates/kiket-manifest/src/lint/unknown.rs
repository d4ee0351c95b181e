//! Members that nothing knows.

use std::collections::HashSet;
use std::slice;

use crate::{Document, Edit, Entry, Node, apply};

use super::nearest::nearest;
use super::sample::sample;
use super::setup::steps;
use super::{Check, Rule, Severity, errors};

/// Members of the extension: those with a field of the model first.
const EXTENSION: [&str; 59] = [
    "id",
    "name",
    "version",
    "description",
    "author",
    "sdk",
    "api_version",
    "delivery",
    "callback",
    "delivery_secret",
    "configuration",
    "settings",
    "secrets",
    "actions",
    "capabilities",
    "hooks",
    "events",
    "triggers",
    "permissions",
    "scopes",
    "activationEvents",
    "activation_events",
    "lifecycleEvents",
    "lifecycle_events",
    "key",
    "extension_id",
    "identifier",
    "extension",
    "model_version",
    "manifestVersion",
    "manifest_version",
    "assets",
    "billing",
    "compatibility",
    "compliance",
    "contributes",
    "credentials",
    "custom_data",
    "deployment",
    "egress",
    "homepage",
    "hosting",
    "icon",
    "license",
    "output_fields",
    "pricing",
    "provides",
    "rate_limiting",
    "repository",
    "requires",
    "responses",
    "runtime",
    "setup",
    "tags",
    "timeout_seconds",
    "vendor",
    "endpoints",
    "webhooks",
    "oauth",
];
const CALLBACK: [&str; 10] = [
    "url",
    "endpoint",
    "headers",
    "timeout",
    "required",
    "secret",
    "secret_keys",
    "handshake",
    "retries",
    "description",
];
const HOOK: [&str; 15] = [
    "event",
    "version",
    "required",
    "timeout",
    "timeout_ms",
    "retries",
    "token_minutes",
    "endpoint",
    "action",
    "template",
    "description",
    "handler",
    "url",
    "name",
    "label",
];
const SETTING: [&str; 28] = [
    "key",
    "type",
    "secret",
    "required",
    "default",
    "scope",
    "label",
    "description",
    "help_url",
    "multiline",
    "auto_generate",
    "options",
    "readonly",
    "min",
    "max",
    "editor",
    "language",
    "variables",
    "validation",
    "oauth",
    "placeholder",
    "properties",
    "obtain",
    "pattern",
    "items",
    "unit",
    "group",
    "showWhen",
];
const ACTION: [&str; 10] = [
    "key",
    "label",
    "description",
    "icon",
    "scopes",
    "inputs",
    "permissions",
    "handler",
    "category",
    "confirm",
];
const HOSTING: [&str; 2] = ["tier", "egress"];
const CUSTOM_DATA: [&str; 2] = ["permissions", "modules"];
const STEP: [&str; 15] = [
    "title",
    "description",
    "required",
    "scope",
    "help_url",
    "collect",
    "fields",
    "action",
    "successMessage",
    "check_endpoint",
    "content",
    "links",
    "provider",
    "scopes",
    "icon",
];
const OWN: [&str; 2] = ["x-", "x_"];
/// How blocks end that describe the webhooks of other services.
const WEBHOOKS: &str = "_webhooks";

/// The most renames that are tried on one manifest.
const MOST_RENAMES: usize = 5;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "unknown-member",
    severity: Severity::Warning,
    summary: "Kiket knows no such member, and nothing reads it",
    help: "Take it out, or begin its name with `x-` if it is your own.",
    bad: sample!("  hooks: [{event: issue.created, timout: 5000}]"),
    good: sample!("  hooks: [{event: issue.created, timeout: 5000}]"),
    check: unknown_member,
}];

fn unknown_member(check: &mut Check<'_>) {
    let manifest = check.manifest;
    among(check, &manifest.others, &EXTENSION, &[check.extension(), check.document.root()]);
    let mut callbacks: Vec<&Node> = check.member("callback").into_iter().collect();
    if let Some(delivery) = check.member("delivery") {
        callbacks.extend([Some(delivery), delivery.get("callback")].into_iter().flatten());
    }
    among(check, &manifest.callback.others, &CALLBACK, &callbacks);
    let hooks = ["hooks", "triggers", "events"].iter().find_map(|name| check.member(name));
    listed(check, hooks, &HOOK);
    listed(check, check.member("actions"), &ACTION);
    for setting in &manifest.settings {
        among(check, &setting.others, &SETTING, &[]);
    }
    if let Some(hosting) = manifest.block("hosting") {
        among(check, hosting.entries(), &HOSTING, &[hosting]);
    }
    if let Some(data) = manifest.block("custom_data") {
        among(check, data.entries(), &CUSTOM_DATA, &[data]);
    }
    for step in steps(check) {
        among(check, step.body.entries(), &STEP, &[step.body]);
    }
}

/// The members of every mapping in a list.
fn listed(check: &mut Check<'_>, list: Option<&Node>, known: &[&'static str]) {
    for item in list.map_or(&[][..], |list| list.items()) {
        among(check, item.entries(), known, &[item]);
    }
}

/// Notes the members of other names. They are renamed when one is near that the mapping which they
/// stand in does not have, and the manifest has no more errors with it.
fn among(check: &mut Check<'_>, entries: &[Entry], known: &[&'static str], mappings: &[&Node]) {
    let mut given = HashSet::new();
    for entry in entries {
        let name = entry.key.as_str();
        let is_own = OWN.iter().any(|prefix| name.starts_with(prefix));
        if known.contains(&name) || is_own || name.ends_with(WEBHOOKS) {
            continue;
        }
        let path = check.name(entry.key.span);
        let message = format!("{path} is no member that Kiket knows");
        let Some(meant) = nearest(name, known.iter().copied()) else {
            check.report(entry.key.span, message);
            continue;
        };
        check.report_with(entry.key.span, message, format!("did you mean `{meant}`?"));
        let may_rename = check.count() <= MOST_RENAMES;
        let is_taken = mappings.is_empty()
            || !given.insert(meant)
            || mappings.iter().flat_map(|node| node.entries()).any(|other| *other.key == meant);
        if may_rename && !is_taken {
            let edit = check.document.rename(&entry.key, meant);
            check.fix(Some(edit).filter(|edit| adds_no_error(check.document, edit)));
        }
    }
}

fn adds_no_error(document: &Document, edit: &Edit) -> bool {
    let (renamed, _) = apply(document.text(), [slice::from_ref(edit)]);
    errors(&Document::parse(&renamed)) <= errors(document)
}
