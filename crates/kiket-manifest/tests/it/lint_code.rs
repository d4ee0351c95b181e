//! What a manifest and the code behind it say otherwise.

use kiket_contract::description::Description;
use kiket_manifest::Document;
use kiket_manifest::lint::{Beside, lint_beside};
use serde_json::json;

use crate::lines;

const START: &str = "model_version: \"1.0\"\nextension:\n  id: com.example.crm\n  name: CRM\n  \
                     version: 1.0.0\n  sdk: rust\n  delivery: internal\n";

/// The findings of a manifest with these lines, for code with these handlers: kind, event, version
/// and scopes.
fn found(more: &str, handlers: &[(&str, &str, &str, &[&str])]) -> Vec<String> {
    let document = Document::parse(&format!("{START}{more}\n"));
    let handlers: Vec<_> = handlers
        .iter()
        .map(|(kind, event, version, scopes)| {
            json!({"kind": kind, "event": event, "version": version, "required_scopes": scopes})
        })
        .collect();
    let code = json!({"extension_id": "com.example.crm", "handlers": handlers});
    let code: Description = serde_json::from_value(code).unwrap();
    let findings = lint_beside(&document, Beside { folder: None, code: Some(&code) });
    lines(&document, &findings)
}

const FALLBACK: (&str, &str, &str, &[&str]) = ("fallback", "*", "*", &[]);

#[test]
fn a_fallback_takes_every_hook_but_those_that_ask_first() {
    assert!(
        found("  hooks: [issue.created, {event: crm.synced, version: v7}]", &[FALLBACK])
            .iter()
            .all(|line| line.contains("unknown-event"))
    );
    let lines =
        found("  hooks: [{event: workflow.before_transition, required: true}]", &[FALLBACK]);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("unhandled-hook"), "{lines:#?}");
    let lines = found("  actions: [{key: sync, label: Sync}]", &[FALLBACK]);
    assert!(lines[0].contains("unhandled-action"), "{lines:#?}");
}

#[test]
fn another_version_is_named() {
    let lines = found(
        "  hooks: [{event: issue.created, version: v1}]",
        &[("webhook", "issue.created", "v2", &[])],
    );
    assert_eq!(
        lines,
        [
            "8:19 Error unhandled-hook: the code has no handler of `issue.created` v1; the code \
             handles v2 of it",
            "8:19 Warning unheard-handler: no hook hears `issue.created` v2, which is handled; Add \
             the event to `hooks`, or take the handler out: it is never called.",
        ]
    );
    let spelt = [("webhook", "issue.created", "1", &[][..])];
    assert!(found("  hooks: [{event: issue.created, version: v1}]", &spelt).is_empty());
}

#[test]
fn a_misspelt_handler_is_found() {
    let lines = found("  hooks: [issue.created]", &[("webhook", "issue.creatd", "v1", &[])]);
    assert!(lines[1].contains("the code handles `issue.creatd`; make them the same"), "{lines:#?}");
}

#[test]
fn scopes_are_compared_in_their_normal_form() {
    fn needing<'a>(scopes: &'a [&'a str]) -> [(&'a str, &'a str, &'a str, &'a [&'a str]); 1] {
        [("webhook", "issue.created", "v1", scopes)]
    }
    let hooks = "  hooks: [issue.created]";
    for granted in ["issues.read", "issues:read", "read:issues", "\"*\""] {
        let lines =
            found(&format!("  permissions: [{granted}]\n{hooks}"), &needing(&["issues.read"]));
        assert!(lines.iter().all(|line| line.contains("every-scope")), "{lines:#?}");
    }
    assert!(found(hooks, &needing(&["ext.api.write", "write:ext.api", "project:27"])).is_empty());
    let lines = found(
        &format!("  permissions: [issues.read]\n{hooks}"),
        &needing(&["issues.write", "users.read"]),
    );
    assert_eq!(
        lines,
        [
            "9:11 Error ungranted-scope: the handler of `issue.created` requires `issues.write`; add \
             `issues.write` to `permissions`: without it the handler is never called",
            "9:11 Error ungranted-scope: the handler of `issue.created` requires `users.read`; add \
             `users.read` to `permissions`: without it the handler is never called",
        ]
    );
}

#[test]
fn a_guard_is_heard_when_the_hook_or_the_callback_requires_it() {
    let guard = [("guard", "workflow.before_transition", "v1", &[][..])];
    let ids = |more: &str| {
        let lines = found(more, &guard);
        lines.iter().filter(|line| line.contains("ignored-guard")).count()
    };
    let hook = |more: &str| format!("  hooks: [{{event: workflow.before_transition{more}}}]");
    assert_eq!(ids(&hook("")), 1);
    assert_eq!(ids(&hook(", required: false")), 1);
    assert_eq!(ids(&hook(", required: true")), 0);
    let callback = "  callback: {required: true}\n";
    assert_eq!(ids(&format!("{callback}{}", hook(""))), 0);
    assert_eq!(ids(&format!("{callback}{}", hook(", required: false"))), 1);
}

#[test]
fn what_commands_and_lifecycles_bring_needs_no_hook() {
    let more = "  lifecycleEvents: [extension.installed]\n  contributes: {commands: [{command: crm.try, \
                title: Try, handler: {event: crm.tried}}]}";
    let handlers = [
        ("webhook", "crm.tried", "v1", &[][..]),
        ("webhook", "extension.installed", "v1", &[]),
        ("action", "action.crm.try", "v1", &[]),
    ];
    let lines = found(more, &handlers);
    assert!(lines.is_empty(), "{lines:#?}");
}

#[test]
fn a_manifest_that_breaks_off_is_not_compared() {
    let lines = found("  hooks: [issue.created", &[("webhook", "issue.closed", "v1", &[])]);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("syntax"), "{lines:#?}");
}
