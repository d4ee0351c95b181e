//! What the wizard's steps say of settings.

use std::collections::HashSet;

use crate::finding::shown;
use crate::{Node, Span};

use super::sample::sample;
use super::setup::steps;
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-setting",
        severity: Severity::Warning,
        summary: "the wizard names a setting that does not exist",
        help: "Name the key of a setting, or declare it in `configuration`.",
        bad: sample!(
            "  configuration: {API_TOKEN: {type: string, secret: true}}",
            "  setup: [{secrets: {title: Account, collect: [API_TOKN]}}]"
        ),
        good: sample!(
            "  configuration: {API_TOKEN: {type: string, secret: true}}",
            "  setup: [{secrets: {title: Account, collect: [API_TOKEN]}}]"
        ),
        check: unknown_setting,
    },
    Rule {
        id: "never-asked",
        severity: Severity::Warning,
        summary: "a required setting without a default is never asked for",
        help: "Add it to the `collect` of a step, or give it a default.",
        bad: sample!(
            "  configuration: {API_TOKEN: {type: string, secret: true, required: true}}",
            "  setup: [{info: {title: Done, content: Ready}}]"
        ),
        good: sample!(
            "  configuration: {API_TOKEN: {type: string, secret: true, required: true}}",
            "  setup: [{secrets: {title: Account, collect: [API_TOKEN]}}]"
        ),
        check: never_asked,
    },
];

fn known<'a>(check: &Check<'a>) -> HashSet<&'a str> {
    check.manifest.settings.iter().map(|setting| setting.key.as_str()).collect()
}

fn listed<'a>(body: &'a Node, name: &str) -> &'a [Node] {
    body.get(name).map_or(&[], |list| list.items())
}

/// The keys that a step asks for by itself.
fn own(body: &Node) -> impl Iterator<Item = &str> {
    listed(body, "fields").iter().filter_map(|field| field.get("key")?.as_text())
}

fn unknown_setting(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let known = known(check);
    let mut asked: HashSet<&str> = HashSet::new();
    for step in steps(check) {
        asked.extend(own(step.body));
        let collected = listed(step.body, "collect").iter();
        let conditions = listed(step.body, "fields").iter().filter_map(|field| {
            field.get("showWhen").or_else(|| field.get("show_when"))?.get("field")
        });
        let mut named: Vec<(Span, &str)> = Vec::new();
        for node in collected {
            named.extend(node.as_written().map(|key| (node.span, key)));
        }
        for node in conditions {
            let key = node.as_written().filter(|key| !asked.contains(key));
            named.extend(key.map(|key| (node.span, key)));
        }
        if let Some(content) = step.body.get("content") {
            let texts = interpolated(content.as_text().unwrap_or_default());
            let texts = texts.into_iter().filter(|key| !asked.contains(key));
            named.extend(texts.map(|key| (content.span, key)));
        }
        for (span, key) in named.into_iter().filter(|(_, key)| !known.contains(key)) {
            let message = format!("no setting has the key `{}`", shown(key));
            check.unknown(span, message, key, known.iter().copied());
        }
    }
}

/// The keys in `{{ configuration.KEY }}`.
fn interpolated(text: &str) -> Vec<&str> {
    let inside = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    inside
        .filter_map(|(expression, _)| {
            let path = expression.trim().strip_prefix("configuration.")?;
            let end = path.find(|letter: char| letter.is_whitespace() || letter == '|');
            Some(&path[..end.unwrap_or(path.len())])
        })
        .collect()
}

fn never_asked(check: &mut Check<'_>) {
    if !check.is_complete() || !check.manifest.block("setup").is_some_and(|setup| setup.is_list()) {
        return;
    }
    let mut asked: HashSet<&str> = HashSet::new();
    for step in steps(check) {
        asked.extend(own(step.body));
        asked.extend(listed(step.body, "collect").iter().filter_map(|key| key.as_written()));
    }
    for setting in check.manifest.settings.iter().filter(|setting| setting.required) {
        let generated = setting
            .others
            .iter()
            .any(|entry| ["auto_generate", "oauth", "readonly"].contains(&entry.key.as_str()));
        if setting.default.is_none() && !generated && !asked.contains(setting.key.as_str()) {
            let message = format!("no step asks for `{}`", shown(&setting.key));
            check.report(setting.key.span, message);
        }
    }
}
