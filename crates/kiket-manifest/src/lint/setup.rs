//! The steps of the install wizard.

use crate::{Node, Spanned};

use super::output_fields::is_address;
use super::sample::sample;
use super::{Check, Rule, Severity};

const STEPS: [&str; 5] = ["secrets", "configure", "oauth", "test", "info"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "setup-shape",
        severity: Severity::Error,
        summary: "the wizard is no list of steps",
        help: "Write a list of mappings with one key each, which names the step: \
               `- info: {title: Done, content: Ready}`.",
        bad: sample!("  setup: [info]"),
        good: sample!("  setup: [{info: {title: Done, content: Ready}}]"),
        check: shape,
    },
    Rule {
        id: "unknown-step",
        severity: Severity::Error,
        summary: "the wizard has no such step",
        help: "Write `secrets`, `configure`, `oauth`, `test` or `info`.",
        bad: sample!("  setup: [{infos: {title: Done, content: Ready}}]"),
        good: sample!("  setup: [{info: {title: Done, content: Ready}}]"),
        check: unknown_step,
    },
    Rule {
        id: "empty-secrets-step",
        severity: Severity::Error,
        summary: "a step for secrets asks for none",
        help: "Add `collect` with the keys of settings, or `fields`.",
        bad: sample!("  setup: [{secrets: {title: Account}}]"),
        good: sample!(
            "  configuration: {API_TOKEN: {type: string, secret: true}}",
            "  setup: [{secrets: {title: Account, collect: [API_TOKEN]}}]"
        ),
        check: empty_secrets,
    },
    Rule {
        id: "empty-configure-step",
        severity: Severity::Warning,
        summary: "a step for settings asks for none",
        help: "Add `collect` with the keys of settings, or `fields`.",
        bad: sample!("  setup: [{configure: {title: Sending}}]"),
        good: sample!(
            "  configuration: {MODE: {type: string}}",
            "  setup: [{configure: {title: Sending, collect: [MODE]}}]"
        ),
        check: empty_configure,
    },
    Rule {
        id: "missing-test-action",
        severity: Severity::Warning,
        summary: "a test step does nothing",
        help: "Add `action` with the name of a command or the key of an action.",
        bad: sample!("  setup: [{test: {title: Try}}]"),
        good: sample!(
            "  actions: [{key: try, label: Try}]",
            "  setup: [{test: {title: Try, action: try}}]"
        ),
        check: missing_test_action,
    },
    Rule {
        id: "unknown-test-action",
        severity: Severity::Warning,
        summary: "a test step calls what does not exist",
        help: "Name a command that the extension contributes, the key of an action, or an event that \
               it hears.",
        bad: sample!(
            "  actions: [{key: try_out, label: Try}]",
            "  setup: [{test: {title: Try, action: tryout}}]"
        ),
        good: sample!(
            "  actions: [{key: try_out, label: Try}]",
            "  setup: [{test: {title: Try, action: try_out}}]"
        ),
        check: unknown_test_action,
    },
    Rule {
        id: "empty-info-step",
        severity: Severity::Warning,
        summary: "an info step says nothing",
        help: "Add `title` or `content`.",
        bad: sample!("  setup: [{info: {description: Later}}]"),
        good: sample!("  setup: [{info: {title: Done, content: Ready}}]"),
        check: empty_info,
    },
    Rule {
        id: "info-link",
        severity: Severity::Error,
        summary: "a link lacks its label or a usable address",
        help: "Give it `label` and an http or https `url`.",
        bad: sample!("  setup: [{info: {title: Done, links: [{label: Help}]}}]"),
        good: sample!(
            "  setup: [{info: {title: Done, links: [{label: Help, url: https://example.com}]}}]"
        ),
        check: info_link,
    },
];

/// A step of a known kind, with its members.
pub(super) struct Step<'a> {
    pub(super) kind: &'a Spanned<String>,
    pub(super) body: &'a Node,
}

/// Every step that is a mapping of members.
pub(super) fn steps<'a>(check: &Check<'a>) -> impl Iterator<Item = Step<'a>> + use<'a> {
    let setup = check.manifest.block("setup").map_or(&[][..], |setup| setup.items());
    setup.iter().filter_map(|item| {
        let entry = item.entries().first()?;
        entry.value.is_mapping().then_some(Step { kind: &entry.key, body: &entry.value })
    })
}

fn of_kind<'a>(check: &Check<'a>, kind: &'static str) -> impl Iterator<Item = Step<'a>> + use<'a> {
    steps(check).filter(move |step| *step.kind.value == *kind)
}

fn shape(check: &mut Check<'_>) {
    let Some(setup) = check.manifest.block("setup") else { return };
    if !setup.is_list() {
        check.report(setup.span, format!("{} is {}", check.name(setup.span), setup.kind()));
    }
    for item in setup.items() {
        match item.entries() {
            [step] if step.value.is_mapping() => {}
            [step] if !check.is_complete() && step.value.is_null() => {}
            [step] => {
                let message = format!("{} is {}", check.name(step.key.span), step.value.kind());
                check.report(step.key.span, message);
            }
            [_, second, ..] => {
                let message = format!("{} is a second step in one", check.name(second.key.span));
                check.report(second.key.span, message);
            }
            [] => check.report(item.span, format!("{} is no step", check.name(item.span))),
        }
    }
}

fn unknown_step(check: &mut Check<'_>) {
    for step in steps(check) {
        check.choice(step.kind.span, step.kind, &STEPS);
    }
}

fn is_empty(step: &Step<'_>) -> bool {
    ["fields", "collect"]
        .iter()
        .all(|name| step.body.get(name).is_none_or(|list| list.items().is_empty()))
}

fn report_empty(check: &mut Check<'_>, kind: &'static str) {
    for step in of_kind(check, kind) {
        if is_empty(&step) && check.is_complete() {
            let message = format!("{} asks for nothing", check.name(step.kind.span));
            check.report(step.kind.span, message);
        }
    }
}

fn empty_secrets(check: &mut Check<'_>) {
    report_empty(check, "secrets");
}

fn empty_configure(check: &mut Check<'_>) {
    report_empty(check, "configure");
}

fn missing_test_action(check: &mut Check<'_>) {
    for step in of_kind(check, "test") {
        let has = |name| step.body.get(name).is_some();
        if !has("action") && !has("check_endpoint") && check.is_complete() {
            let message = format!("{} has no `action`", check.name(step.kind.span));
            check.report(step.kind.span, message);
        }
    }
}

fn unknown_test_action(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let manifest = check.manifest;
    let mut known = super::hooks::own_events(check);
    known.extend(manifest.actions.iter().map(|action| action.key.as_str()));
    known.extend(manifest.hooks.iter().map(|hook| hook.event.as_str()));
    for step in of_kind(check, "test") {
        let Some(action) = step.body.get("action") else { continue };
        let text = action.as_written().unwrap_or_default();
        if !known.contains(text) {
            let message = format!("{} calls nothing that exists", check.name(action.span));
            check.unknown(action.span, message, text, known.iter().copied());
        }
    }
}

fn empty_info(check: &mut Check<'_>) {
    for step in of_kind(check, "info") {
        let has = |name| step.body.get(name).is_some();
        if !has("title") && !has("content") && check.is_complete() {
            check.report(step.kind.span, format!("{} says nothing", check.name(step.kind.span)));
        }
    }
}

fn info_link(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    for step in of_kind(check, "info") {
        for link in step.body.get("links").map_or(&[][..], |links| links.items()) {
            let has_label = link.get("label").is_some();
            let has_address = link.get("url").is_some_and(is_address);
            if !has_label || !has_address {
                let missing = if has_label { "usable `url`" } else { "`label`" };
                check.report(link.span, format!("{} has no {missing}", check.name(link.span)));
            }
        }
    }
}
