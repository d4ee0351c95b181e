//! Hooks that Kiket waits for, and how long it waits.

use kiket_contract::event::asks_first;

use super::hooks::is_guard;
use super::sample::sample;
use super::{Check, Rule, Severity};

const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
/// Longer than this nobody waits in front of a button.
const PATIENCE_MS: u64 = 10_000;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "timeout-range",
        severity: Severity::Error,
        summary: "no answer can come in this time, or none is waited for so long",
        help: "Write 100 to 60000 milliseconds.",
        bad: sample!("  hooks: [{event: issue.created, timeout: 5}]"),
        good: sample!("  hooks: [{event: issue.created, timeout: 5000}]"),
        check: timeout_range,
    },
    Rule {
        id: "slow-guard",
        severity: Severity::Warning,
        summary: "somebody would wait more than ten seconds for a guard",
        help: "Give the hook a `timeout` of at most 10000 milliseconds: a user waits while it runs.",
        bad: sample!(
            "  hooks: [{event: workflow.before_transition, required: true, timeout: 45000}]"
        ),
        good: sample!(
            "  hooks: [{event: workflow.before_transition, required: true, timeout: 8000}]"
        ),
        check: slow_guard,
    },
    Rule {
        id: "guard-not-required",
        severity: Severity::Warning,
        summary: "a hook is asked before something happens, and its answer is ignored",
        help: "Write `required: true` for a guard, or `required: false` when it only listens.",
        bad: sample!("  hooks: [{event: workflow.before_transition}]"),
        good: sample!("  hooks: [{event: workflow.before_transition, required: true}]"),
        check: guard_not_required,
    },
];

fn timeout_range(check: &mut Check<'_>) {
    let hooks = check.manifest.hooks.iter().filter_map(|hook| hook.timeout_ms);
    for timeout in hooks.chain(check.manifest.callback.timeout_ms) {
        if !TIMEOUT_MS.contains(&*timeout) {
            let message = format!("{} is {} ms", check.name(timeout.span), timeout.value);
            check.report(timeout.span, message);
        }
    }
}

fn slow_guard(check: &mut Check<'_>) {
    for hook in &check.manifest.hooks {
        let timeout = hook.timeout_ms.or(check.manifest.callback.timeout_ms);
        if let Some(timeout) = timeout
            && is_guard(check, hook)
            && *timeout > PATIENCE_MS
            && TIMEOUT_MS.contains(&*timeout)
        {
            let event = hook.event.as_str();
            let message = format!("`{event}` would wait {} ms for an answer", timeout.value);
            let span = hook.timeout_ms.map_or(hook.event.span, |timeout| timeout.span);
            check.report(span, message);
        }
    }
}

/// A hook that says `required: false` itself means it.
fn guard_not_required(check: &mut Check<'_>) {
    for hook in &check.manifest.hooks {
        let event = hook.event.as_str();
        if asks_first(event) && hook.required.is_none() && !is_guard(check, hook) {
            check.report(hook.event.span, format!("the answer to `{event}` is ignored"));
        }
    }
}
