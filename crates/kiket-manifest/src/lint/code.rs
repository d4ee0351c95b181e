//! What the extension's code handles, beside what its manifest says.

use kiket_contract::description::{DescribedHandler, Description};
use kiket_contract::event::{DEFAULT_VERSION, action, action_key, asks_first, same_version};
use kiket_contract::health::HandlerKind;
use kiket_contract::scope;

use crate::finding::shown;
use crate::{Hook, Span, Spanned};

use super::hooks::{is_guard, own_events};
use super::nearest::nearest;
use super::sample::{code_sample, sample};
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "other-extension",
        severity: Severity::Error,
        summary: "the code says that it is another extension",
        help: "Let the code read this manifest, or give both the same id.",
        bad: "--- .kiket/manifest.yaml\nid: com.example.crm\nversion: 1.0.0\n\
              --- KIKET_DESCRIBE=1\n{\"extension_id\": \"com.example.chat\", \"handlers\": []}\n",
        good: code_sample!(;),
        check: other_extension,
    },
    Rule {
        id: "unhandled-hook",
        severity: Severity::Error,
        summary: "a hook hears an event that the code does not handle",
        help: "Register a handler, or take the hook out: each of its deliveries would fail.",
        bad: code_sample!(
            "  hooks: [issue.created, issue.updated]";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook"}"#
        ),
        good: code_sample!(
            "  hooks: [issue.created]";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook"}"#
        ),
        check: unhandled_hook,
    },
    Rule {
        id: "unheard-handler",
        severity: Severity::Warning,
        summary: "the code handles an event that no hook hears",
        help: "Add the event to `hooks`, or take the handler out: it is never called.",
        bad: code_sample!(
            "  hooks: []";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook"}"#
        ),
        good: code_sample!(
            "  hooks: [issue.created]";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook"}"#
        ),
        check: unheard_handler,
    },
    Rule {
        id: "ungranted-scope",
        severity: Severity::Error,
        summary: "a handler requires a scope that the manifest does not ask for",
        help: "Add it to `permissions`: without it the handler is never called.",
        bad: code_sample!(
            "  hooks: [issue.created]";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook","#,
            r#" "required_scopes": ["issues.read"]}"#
        ),
        good: code_sample!(
            "  permissions: [read:issues]",
            "  hooks: [issue.created]";
            r#"{"event": "issue.created", "version": "v1", "kind": "webhook","#,
            r#" "required_scopes": ["issues.read"]}"#
        ),
        check: ungranted_scope,
    },
    Rule {
        id: "ignored-guard",
        severity: Severity::Warning,
        summary: "the code guards an event, and the hook does not wait for its answer",
        help: "Write `required: true`, or leave it when the code only listens.",
        bad: code_sample!(
            "  hooks: [{event: workflow.before_transition, required: false}]";
            r#"{"event": "workflow.before_transition", "version": "v1", "kind": "guard"}"#
        ),
        good: code_sample!(
            "  hooks: [{event: workflow.before_transition, required: true}]";
            r#"{"event": "workflow.before_transition", "version": "v1", "kind": "guard"}"#
        ),
        check: ignored_guard,
    },
    Rule {
        id: "unhandled-action",
        severity: Severity::Error,
        summary: "users can trigger something that the code does not handle",
        help: "Register a handler for it, or take it out.",
        bad: code_sample!("  actions: [{key: sync, label: Synchronise}]";),
        good: code_sample!(
            "  actions: [{key: sync, label: Synchronise}]";
            r#"{"event": "action.sync", "version": "v1", "kind": "action"}"#
        ),
        check: unhandled_action,
    },
    Rule {
        id: "undeclared-action",
        severity: Severity::Warning,
        summary: "the code handles an action that the manifest does not declare",
        help: "Add it to `actions`, or take the handler out: nobody can trigger it.",
        bad: code_sample!(;
            r#"{"event": "action.sync", "version": "v1", "kind": "action"}"#
        ),
        good: code_sample!(
            "  actions: [{key: sync, label: Synchronise}]";
            r#"{"event": "action.sync", "version": "v1", "kind": "action"}"#
        ),
        check: undeclared_action,
    },
];

/// What the code says, when the whole manifest can be compared with it.
fn code<'a>(check: &Check<'a>) -> Option<&'a Description> {
    check.beside.code.filter(|_| check.is_complete())
}

fn handlers<'a>(check: &Check<'a>) -> impl Iterator<Item = &'a DescribedHandler> + use<'a> {
    code(check).into_iter().flat_map(|code| &code.handlers)
}

/// The same without the fallback and the handlers of actions.
fn of_events<'a>(check: &Check<'a>) -> impl Iterator<Item = &'a DescribedHandler> + use<'a> {
    let is_of_event = |kind| matches!(kind, HandlerKind::Webhook | HandlerKind::Guard);
    handlers(check).filter(move |found| is_of_event(found.handler.kind))
}

fn version(hook: &Hook) -> &str {
    hook.version.as_ref().map_or(DEFAULT_VERSION, |version| version.as_str())
}

/// Whether a handler takes what a hook hears.
fn takes(found: &DescribedHandler, hook: &Hook) -> bool {
    found.handler.event == hook.event.as_str()
        && same_version(&found.handler.version, version(hook))
}

/// The hook through which a handler is called.
fn hook_of<'a>(check: &Check<'a>, found: &DescribedHandler) -> Option<&'a Spanned<Hook>> {
    check.manifest.hooks.iter().find(|hook| takes(found, hook))
}

/// Where a list of the manifest stands, or would.
fn place(check: &Check<'_>, list: &str) -> Span {
    check.member(list).and_then(|list| list.key_span).unwrap_or(check.place())
}

fn has_fallback(check: &Check<'_>) -> bool {
    handlers(check).any(|found| found.handler.kind == HandlerKind::Fallback)
}

fn other_extension(check: &mut Check<'_>) {
    let id = &check.manifest.id;
    if let Some(code) = code(check)
        && !id.is_empty()
        && code.extension_id != id.value
    {
        let message = format!("the code is of `{}`", shown(&code.extension_id));
        check.report(id.span, message);
    }
}

/// A fallback takes everything but what asks first and what calls an action.
fn unhandled_hook(check: &mut Check<'_>) {
    if code(check).is_none() {
        return;
    }
    let has_fallback = has_fallback(check);
    for hook in &check.manifest.hooks {
        let event = hook.event.as_str();
        let falls_back = has_fallback && !asks_first(event) && action_key(event).is_none();
        if falls_back || handlers(check).any(|found| takes(found, hook)) {
            continue;
        }
        let message = format!("the code has no handler of `{event}` {}", shown(version(hook)));
        let others = of_events(check).filter(|found| found.handler.event == event);
        let others: Vec<_> = others.map(|found| shown(&found.handler.version)).collect();
        if !others.is_empty() {
            let help = format!("the code handles {} of it", others.join(", "));
            check.report_with(hook.event.span, message, help);
            continue;
        }
        let known = of_events(check).map(|found| found.handler.event.as_str());
        match nearest(event, known) {
            Some(near) => {
                let help = format!("the code handles `{}`; make them the same", shown(near));
                check.report_with(hook.event.span, message, help);
            }
            None => check.report(hook.event.span, message),
        }
    }
}

fn unheard_handler(check: &mut Check<'_>) {
    let own = own_events(check);
    let lifecycle = &check.manifest.lifecycle_events;
    for found in of_events(check) {
        let event = found.handler.event.as_str();
        let comes_by_itself =
            own.contains(event) || lifecycle.iter().any(|known| known.as_str() == event);
        if !comes_by_itself && hook_of(check, found).is_none() {
            let named = check.manifest.hooks.iter().find(|hook| hook.event.as_str() == event);
            let span = named.map_or_else(|| place(check, "hooks"), |hook| hook.event.span);
            let (event, version) = (shown(event), shown(&found.handler.version));
            check.report(span, format!("no hook hears `{event}` {version}, which is handled"));
        }
    }
}

fn ungranted_scope(check: &mut Check<'_>) {
    let asked = check.manifest.permissions.iter().map(|scope| scope.value.clone());
    let granted: Vec<_> = asked.chain(scope::BASE.map(str::to_owned)).collect();
    for found in handlers(check) {
        let required = found.required_scopes.iter().map(String::as_str);
        // Every token grants its own project, which no manifest knows.
        let required: Vec<_> = required.filter(|scope| !scope.starts_with("project:")).collect();
        for missing in scope::missing(&granted, &required) {
            let hook = hook_of(check, found).map(|hook| hook.event.span);
            let span = hook.unwrap_or_else(|| place(check, "permissions"));
            let (event, missing) = (shown(&found.handler.event), shown(missing));
            let help =
                format!("add `{missing}` to `permissions`: without it the handler is never called");
            check.report_with(span, format!("the handler of `{event}` requires `{missing}`"), help);
        }
    }
}

fn ignored_guard(check: &mut Check<'_>) {
    for hook in &check.manifest.hooks {
        let mut guards = of_events(check).filter(|found| found.handler.kind == HandlerKind::Guard);
        if !is_guard(check, hook) && guards.any(|found| takes(found, hook)) {
            let message = format!("the code guards `{}` and nobody waits", hook.event.as_str());
            check.report(hook.event.span, message);
        }
    }
}

fn unhandled_action(check: &mut Check<'_>) {
    if code(check).is_none() {
        return;
    }
    for declared in &check.manifest.actions {
        let event = action(&declared.key);
        if !handlers(check).any(|found| found.handler.event == event) {
            let message =
                format!("the code has no handler of the action `{}`", shown(&declared.key));
            check.report(declared.key.span, message);
        }
    }
}

fn undeclared_action(check: &mut Check<'_>) {
    let own = own_events(check);
    for found in handlers(check).filter(|found| found.handler.kind == HandlerKind::Action) {
        let Some(key) = action_key(&found.handler.event) else { continue };
        let is_declared = check.manifest.actions.iter().any(|declared| *declared.key == key);
        if !is_declared && !own.contains(key) && hook_of(check, found).is_none() {
            let message = format!("no action has the key `{}`, which is handled", shown(key));
            check.report(place(check, "actions"), message);
        }
    }
}
