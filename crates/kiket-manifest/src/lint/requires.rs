//! What an extension needs of others.

use crate::Node;

use super::sample::sample;
use super::{Check, Rule, Severity};

const ON_MISSING: [&str; 2] = ["prompt_connect", "ignore"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "requires-shape",
        severity: Severity::Warning,
        summary: "`requires` or a block of it has another form",
        help: "Write a mapping: `requires: {oauth_provider: {provider: google, scopes: [calendar]}}`.",
        bad: sample!("  requires: {oauth_provider: google}"),
        good: sample!("  requires: {oauth_provider: {provider: google, scopes: [calendar]}}"),
        check: shape,
    },
    Rule {
        id: "missing-required-provider",
        severity: Severity::Warning,
        summary: "an account is needed and it is not said with whom",
        help: "Add `provider` with the id of an OAuth provider.",
        bad: sample!("  requires: {oauth_provider: {scopes: [calendar]}}"),
        good: sample!("  requires: {oauth_provider: {provider: google, scopes: [calendar]}}"),
        check: missing_provider,
    },
    Rule {
        id: "unknown-on-missing",
        severity: Severity::Warning,
        summary: "this can not be done where an account is missing",
        help: "Write `prompt_connect` or `ignore`.",
        bad: sample!(
            "  requires: {oauth_provider: {provider: google, on_missing: prompt-connect}}"
        ),
        good: sample!(
            "  requires: {oauth_provider: {provider: google, on_missing: prompt_connect}}"
        ),
        check: unknown_on_missing,
    },
];

fn provider<'a>(check: &Check<'a>) -> Option<&'a Node> {
    check.manifest.block("requires")?.get("oauth_provider")
}

fn shape(check: &mut Check<'_>) {
    let provider = provider(check);
    let scopes = provider.and_then(|provider| provider.get("scopes"));
    let mappings = check.manifest.block("requires").into_iter().chain(provider);
    let wrong =
        mappings.filter(|node| !node.is_mapping()).chain(scopes.filter(|scopes| !scopes.is_list()));
    for node in wrong {
        check.report(node.span, format!("{} is {}", check.name(node.span), node.kind()));
    }
}

fn missing_provider(check: &mut Check<'_>) {
    if let Some(needed) = provider(check)
        && needed.is_mapping()
        && needed.get("provider").is_none()
        && check.is_complete()
    {
        let place = needed.key_span.unwrap_or(needed.span);
        check.report(place, format!("{} has no `provider`", check.name(place)));
    }
}

fn unknown_on_missing(check: &mut Check<'_>) {
    let Some(answer) = provider(check).and_then(|needed| needed.get("on_missing")) else { return };
    match answer.as_written() {
        Some(text) => check.choice(answer.span, text, &ON_MISSING),
        None => {
            check.report(answer.span, format!("{} is {}", check.name(answer.span), answer.kind()));
        }
    }
}
