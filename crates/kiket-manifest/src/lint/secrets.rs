//! Secrets that stand in the manifest itself.

use http::Uri;

use crate::canonical::is_literal;
use crate::{DefaultValue, Entry, Node, Text, names_a_secret};

use super::sample::sample;
use super::{Check, Rule, Severity};

/// Members whose names end like a secret's and that hold none.
const HARMLESS: [&str; 2] = ["auto_generate", "setup"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "literal-secret",
        severity: Severity::Warning,
        summary: "a secret stands in the manifest",
        help: "Write a reference such as `env.KIKET_WEBHOOK_SECRET`, and change the secret: whoever \
               has the file knows it.",
        bad: sample!(callback "{url: https://crm.example.com, secret: sh_123}"),
        good: sample!(),
        check: literal_secret,
    },
    Rule {
        id: "secret-default",
        severity: Severity::Warning,
        summary: "a secret setting has a default",
        help: "Take the default out: every installation gives its own. If it was real, change it.",
        bad: sample!("  configuration: {API_TOKEN: {type: string, secret: true, default: abc123}}"),
        good: sample!("  configuration: {API_TOKEN: {type: string, secret: true}}"),
        check: secret_default,
    },
    Rule {
        id: "unmarked-secret",
        severity: Severity::Warning,
        summary: "a setting is called like a secret and is not secret",
        help: "Add `secret: true`, so that its value is stored sealed and never shown.",
        bad: sample!("  configuration: {API_TOKEN: {type: string}}"),
        good: sample!("  configuration: {API_TOKEN: {type: string, secret: true}}"),
        check: unmarked_secret,
    },
];

fn literal_secret(check: &mut Check<'_>) {
    if let Some(secret) = &check.manifest.delivery_secret
        && matches!(secret.value, Text::Literal(_))
    {
        check.report(secret.span, format!("{} is written out", check.name(secret.span)));
    }
    if let Some(url) = &check.manifest.callback.url
        && let Text::Literal(text) = &url.value
        && text.parse::<Uri>().ok().and_then(|uri| Some(uri.authority()?.as_str().contains('@')))
            == Some(true)
    {
        check.report(url.span, format!("{} has a password in it", check.name(url.span)));
    }
    for header in &check.manifest.callback.headers {
        if names_a_secret(&header.name) && matches!(header.value.value, Text::Literal(_)) {
            let message = format!("{} is written out", check.name(header.value.span));
            check.report(header.value.span, message);
        }
    }
    let manifest = check.manifest;
    let blocks = manifest.others.iter().filter(|entry| !HARMLESS.contains(&entry.key.as_str()));
    let hooks = manifest.hooks.iter().flat_map(|hook| &hook.others);
    let settings = manifest.settings.iter().flat_map(|setting| &setting.others);
    for entry in blocks.chain(&manifest.callback.others).chain(hooks).chain(settings) {
        within(check, entry);
    }
}

/// Every member of a block that is called like a secret.
fn within(check: &mut Check<'_>, entry: &Entry) {
    let mut open: Vec<(Option<&Entry>, &Node)> = vec![(Some(entry), &entry.value)];
    while let Some((entry, node)) = open.pop() {
        let is_named = entry.is_some_and(|entry| names_a_secret(&entry.key));
        // The address of a token is none.
        let is_text = node.as_text().is_some_and(|text| !text.is_empty() && !text.contains("://"));
        if is_named && is_text && is_literal(node) {
            check.report(node.span, format!("{} is written out", check.name(node.span)));
        }
        open.extend(node.items().iter().map(|item| (None, item)));
        open.extend(node.entries().iter().map(|entry| (Some(entry), &entry.value)));
    }
}

fn secret_default(check: &mut Check<'_>) {
    for setting in check.manifest.settings.iter().filter(|setting| setting.secret) {
        if let Some(default) = &setting.default
            && let DefaultValue::Value(value) = &default.value
            && value.as_str() != Some("")
        {
            check.report(default.span, format!("{} has a default", check.name(setting.key.span)));
        }
    }
}

fn unmarked_secret(check: &mut Check<'_>) {
    let is_text = |kind: &str| matches!(kind, "string" | "text");
    for setting in &check.manifest.settings {
        let may_be = setting.kind.as_ref().is_none_or(|kind| is_text(kind));
        if !setting.secret && may_be && names_a_secret(&setting.key) {
            check.report(
                setting.key.span,
                format!("{} is not secret", check.name(setting.key.span)),
            );
        }
    }
}
