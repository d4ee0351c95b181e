//! The events that an extension hears.

use std::collections::HashSet;

use kiket_contract::event::{DEFAULT_VERSION, action_key, asks_first, catalogue, find};

use crate::finding::shown;
use crate::{Hook, Node};

use super::sample::sample;
use super::{Check, Rule, Severity};

const MOST_RETRIES: u32 = 10;
const MOST_MINUTES: u32 = 60;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-event",
        severity: Severity::Warning,
        summary: "no documented event has this name",
        help: "Nobody may ever send it. If it is an event of your own, leave it.",
        bad: sample!("  hooks: [{event: issue.creatd}]"),
        good: sample!("  hooks: [{event: issue.created}]"),
        check: unknown_event,
    },
    Rule {
        id: "unknown-event-version",
        severity: Severity::Warning,
        summary: "the event is documented, and not in this version",
        help: "Write a documented version, such as `v1`, or leave `version` out.",
        bad: sample!("  hooks: [{event: issue.created, version: v9}]"),
        good: sample!("  hooks: [{event: issue.created, version: v1}]"),
        check: unknown_version,
    },
    Rule {
        id: "duplicate-hook",
        severity: Severity::Warning,
        summary: "two hooks hear the same event in the same version",
        help: "Take one of them out: the extension would be called twice.",
        bad: sample!("  hooks: [{event: issue.created}, {event: issue.created, version: v1}]"),
        good: sample!("  hooks: [{event: issue.created}]"),
        check: duplicate_hook,
    },
    Rule {
        id: "retries-range",
        severity: Severity::Error,
        summary: "a hook can not have so many retries",
        help: "Write 0 to 10.",
        bad: sample!("  hooks: [{event: issue.created, retries: 20}]"),
        good: sample!("  hooks: [{event: issue.created, retries: 5}]"),
        check: retries_range,
    },
    Rule {
        id: "token-minutes-range",
        severity: Severity::Error,
        summary: "a runtime token can not live so long",
        help: "Write 1 to 60 minutes.",
        bad: sample!("  hooks: [{event: issue.created, token_minutes: 90}]"),
        good: sample!("  hooks: [{event: issue.created, token_minutes: 30}]"),
        check: token_minutes_range,
    },
    Rule {
        id: "unknown-template",
        severity: Severity::Warning,
        summary: "a hook uses a template that is no setting",
        help: "Name a setting of type `template`, or declare it in `configuration`.",
        bad: sample!("  hooks: [{event: issue.created, template: new_issue}]"),
        good: sample!(
            "  hooks: [{event: issue.created, template: new_issue}]",
            "  configuration: {new_issue: {type: template, default: \"{{ issue.title }}\"}}"
        ),
        check: unknown_template,
    },
    Rule {
        id: "unknown-action",
        severity: Severity::Warning,
        summary: "a hook belongs to an action that does not exist",
        help: "Name the key of an action, or declare it in `actions`.",
        bad: sample!("  hooks: [{event: issue.created, action: sync}]"),
        good: sample!(
            "  hooks: [{event: issue.created, action: sync}]",
            "  actions: [{key: sync, label: Synchronise}]"
        ),
        check: unknown_action,
    },
    Rule {
        id: "not-activated",
        severity: Severity::Warning,
        summary: "a hook's event is not among those that activate the extension",
        help: "Add it to `activationEvents`.",
        bad: sample!("  activationEvents: [issue.updated]", "  hooks: [{event: issue.created}]"),
        good: sample!("  activationEvents: [issue.created]", "  hooks: [{event: issue.created}]"),
        check: not_activated,
    },
];

/// The events that commands and workflow actions of the extension bring.
pub(super) fn own_events<'a>(check: &Check<'a>) -> HashSet<&'a str> {
    let contributes = check.manifest.block("contributes");
    let lists =
        ["commands", "workflow_actions"].into_iter().filter_map(|name| contributes?.get(name));
    let text = |node: Option<&'a Node>| node.and_then(|node| node.as_text());
    lists
        .flat_map(|list| list.items())
        .flat_map(|item| {
            let event = item.get("handler").and_then(|handler| handler.get("event"));
            [text(event), text(item.get("command"))]
        })
        .flatten()
        .collect()
}

fn is_documented(event: &str) -> bool {
    catalogue().any(|entry| entry.event == event) || find(event, DEFAULT_VERSION).is_some()
}

fn unknown_event(check: &mut Check<'_>) {
    let own = own_events(check);
    let manifest = check.manifest;
    let is_action = |key: &str| manifest.actions.iter().any(|action| *action.key == key);
    for hook in &manifest.hooks {
        let event = hook.event.as_str();
        if is_documented(event) || own.contains(event) || action_key(event).is_some_and(is_action) {
            continue;
        }
        let message = format!("no documented event is called `{event}`");
        let documented =
            || catalogue().map(|entry| entry.event).filter(|name| !name.ends_with('*'));
        // Older command lines write the last part alone.
        let is_last_part = |name: &&str| name.split_once('.').is_some_and(|(_, end)| end == event);
        match documented().find(is_last_part) {
            Some(meant) => {
                check.report_with(hook.event.span, message, format!("did you mean `{meant}`?"));
            }
            None => check.unknown(hook.event.span, message, event, documented()),
        }
    }
}

fn unknown_version(check: &mut Check<'_>) {
    for hook in &check.manifest.hooks {
        let event = hook.event.as_str();
        if let Some(version) = &hook.version
            && is_documented(event)
            && find(event, version.as_str()).is_none()
        {
            let message = format!("`{event}` has no version `{}`", version.as_str());
            check.report(version.span, message);
        }
    }
}

/// What two hooks differ in that are none too many.
fn identity(hook: &Hook) -> (&str, &str, Option<&str>, Option<&str>) {
    let version = hook.version.as_ref().map_or(DEFAULT_VERSION, |version| version.as_str());
    let version = version.trim_start_matches('v');
    (
        hook.event.as_str(),
        version,
        hook.endpoint.as_ref().map(|endpoint| endpoint.as_str()),
        hook.action.as_ref().map(|action| action.as_str()),
    )
}

fn duplicate_hook(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for hook in &check.manifest.hooks {
        if !seen.insert(identity(hook)) {
            let message = format!("`{}` has a hook already", hook.event.as_str());
            check.report(hook.event.span, message);
        }
    }
}

fn retries_range(check: &mut Check<'_>) {
    for retries in check.manifest.hooks.iter().filter_map(|hook| hook.retries) {
        if *retries > MOST_RETRIES {
            let message = format!("{} is {}", check.name(retries.span), retries.value);
            check.report(retries.span, message);
        }
    }
}

fn token_minutes_range(check: &mut Check<'_>) {
    for minutes in check.manifest.hooks.iter().filter_map(|hook| hook.token_minutes) {
        if !(1..=MOST_MINUTES).contains(&*minutes) {
            let message = format!("{} is {}", check.name(minutes.span), minutes.value);
            check.report(minutes.span, message);
        }
    }
}

fn unknown_template(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let is_template = |kind: &str| matches!(kind, "template" | "html" | "text" | "string");
    let templates: HashSet<_> = check
        .manifest
        .settings
        .iter()
        .filter(|setting| setting.kind.as_ref().is_none_or(|kind| is_template(kind)))
        .map(|setting| setting.key.as_str())
        .collect();
    for template in check.manifest.hooks.iter().filter_map(|hook| hook.template.as_ref()) {
        if !templates.contains(template.as_str()) {
            let message = format!("no template is called `{}`", shown(template));
            check.unknown(template.span, message, template, templates.iter().copied());
        }
    }
}

fn unknown_action(check: &mut Check<'_>) {
    if !check.is_complete() {
        return;
    }
    let keys: HashSet<_> =
        check.manifest.actions.iter().map(|action| action.key.as_str()).collect();
    for action in check.manifest.hooks.iter().filter_map(|hook| hook.action.as_ref()) {
        if !keys.contains(action.as_str()) {
            let message = format!("no action has the key `{}`", shown(action));
            check.unknown(action.span, message, action, keys.iter().copied());
        }
    }
}

fn not_activated(check: &mut Check<'_>) {
    let events: HashSet<_> =
        check.manifest.activation_events.iter().map(|event| event.as_str()).collect();
    let own = own_events(check);
    if events.is_empty() || events.contains("*") || !check.is_complete() {
        return;
    }
    for hook in &check.manifest.hooks {
        let event = hook.event.as_str();
        let comes_by_itself = own.contains(event) || action_key(event).is_some();
        let has_own_way =
            comes_by_itself || event.starts_with("external.") || !is_documented(event);
        if !events.contains(event) && !has_own_way {
            check.report(hook.event.span, format!("`{event}` does not activate the extension"));
        }
    }
}

/// Whether Kiket waits for the hook's answer: what the hook says, else what the callback says.
pub(super) fn is_guard(check: &Check<'_>, hook: &Hook) -> bool {
    let required = hook.required.or(check.manifest.callback.required);
    asks_first(hook.event.as_str()) && required.is_some_and(|required| *required)
}
