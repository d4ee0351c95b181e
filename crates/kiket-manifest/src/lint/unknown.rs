//! Members that nothing knows.

use std::collections::HashSet;
use std::slice;

use crate::members::{
    ACTION, BLOCKS, CALLBACK, EXTENSION, HOOK, HOOKS, IN_ACTIONS, IN_SETTINGS, IN_STEPS, Members,
    SETTING, STEP,
};
use crate::{Entry, Node};

use super::nearest::nearest;
use super::sample::sample;
use super::setup::steps;
use super::{Check, Rule, Severity};

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
    let hooks = HOOKS.iter().find_map(|name| check.member(name));
    for hook in hooks.map_or(&[][..], |list| list.items()) {
        among(check, hook.entries(), &HOOK, &[hook]);
    }
    for action in check.member("actions").map_or(&[][..], |list| list.items()) {
        among(check, action.entries(), &ACTION, &[action]);
        inside(check, action.entries(), IN_ACTIONS);
    }
    for setting in &manifest.settings {
        among(check, &setting.others, &SETTING, &[]);
        inside(check, &setting.others, IN_SETTINGS);
    }
    for step in steps(check) {
        among(check, step.body.entries(), &STEP, &[step.body]);
        inside(check, step.body.entries(), IN_STEPS);
    }
    inside(check, &manifest.others, BLOCKS);
}

/// Notes the members of other names in the mappings at these paths.
fn inside(check: &mut Check<'_>, entries: &[Entry], blocks: &[(&str, Members)]) {
    for (path, known) in blocks {
        for mapping in below(entries, path) {
            among(check, mapping.entries(), known, &[mapping]);
        }
    }
}

/// The values at a path that begins with one of these members.
fn below<'a>(entries: &'a [Entry], path: &str) -> Vec<&'a Node> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let (member, is_list) = name.strip_suffix("[]").map_or((name, false), |member| (member, true));
    let chosen = entries.iter().filter(|entry| member == "*" || *entry.key == member);
    let values =
        chosen.flat_map(
            |entry| {
                if is_list { entry.value.items() } else { slice::from_ref(&entry.value) }
            },
        );
    match rest {
        "" => values.collect(),
        rest => values.flat_map(|node| below(node.entries(), rest)).collect(),
    }
}

/// Notes the members of other names. They are renamed when one is near that the mapping which they
/// stand in does not have, and the manifest has no more errors with it.
fn among(check: &mut Check<'_>, entries: &[Entry], known: &Members, mappings: &[&Node]) {
    let mut given = HashSet::new();
    for entry in entries {
        if check.is_full() {
            return;
        }
        let name = entry.key.as_str();
        let is_own = OWN.iter().any(|prefix| name.starts_with(prefix));
        if known.names().any(|known| known == name) || is_own || name.ends_with(WEBHOOKS) {
            continue;
        }
        let meant = nearest(name, known.names());
        if meant.is_none() && known.is_open {
            continue;
        }
        let path = check.name(entry.key.span);
        let message = format!("{path} is no member that Kiket knows");
        let Some(meant) = meant else {
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
            let is_sound = check.adds_no_error(&edit);
            check.fix(is_sound.then_some(edit));
        }
    }
}
