//! What an extension offers to others: logging in with an OAuth provider.

use std::collections::HashSet;

use crate::finding::shown;
use crate::{Node, Text};

use super::sample::sample;
use super::{Check, Rule, Severity};

const ENDPOINTS: [&str; 4] = ["authorize", "token", "revoke", "userinfo"];
/// The endpoints without which nobody can log in.
const NEEDED: [&str; 2] = ["authorize", "token"];

macro_rules! provider {
    ($($line:literal),*) => {
        sample!(
            "  provides:",
            "    oauth_provider:",
            $($line),*
        )
    };
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "provides-shape",
        severity: Severity::Warning,
        summary: "`provides` or a block of it has another form",
        help: "Write a mapping `oauth_provider` with `provider_id` and `endpoints`, the scopes as lists.",
        bad: sample!("  provides: {oauth_provider: crm}"),
        good: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}"
        ),
        check: shape,
    },
    Rule {
        id: "missing-provider-id",
        severity: Severity::Warning,
        summary: "an OAuth provider has no id by which others name it",
        help: "Add `provider_id`.",
        bad: provider!(
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}"
        ),
        good: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}"
        ),
        check: missing_id,
    },
    Rule {
        id: "provider-endpoint",
        severity: Severity::Warning,
        summary: "an OAuth provider lacks an endpoint, or one is no https address",
        help: "Give `endpoints` an https address for `authorize` and for `token`.",
        bad: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: http://example.com/a, token: https://example.com/t}"
        ),
        good: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}"
        ),
        check: endpoint,
    },
    Rule {
        id: "provider-scope",
        severity: Severity::Warning,
        summary: "a scope of an OAuth provider has no id, or a default one does not exist",
        help: "Give each of `available_scopes` an `id`, and name only these in `default_scopes`.",
        bad: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}",
            "      default_scopes: [raed]",
            "      available_scopes: [{id: read, description: Reads}]"
        ),
        good: provider!(
            "      provider_id: crm",
            "      endpoints: {authorize: https://example.com/a, token: https://example.com/t}",
            "      default_scopes: [read]",
            "      available_scopes: [{id: read, description: Reads}]"
        ),
        check: scope,
    },
];

/// The provider, when it is a mapping.
fn provider<'a>(check: &Check<'a>) -> Option<&'a Node> {
    let provider = check.manifest.block("provides")?.get("oauth_provider")?;
    provider.is_mapping().then_some(provider)
}

fn shape(check: &mut Check<'_>) {
    let provides = check.manifest.block("provides");
    let offered = provides.and_then(|provides| provides.get("oauth_provider"));
    let member = |name| offered.and_then(|offered| offered.get(name));
    let mappings = [provides, offered, member("endpoints")].into_iter().flatten();
    let lists = ["grant_types", "default_scopes", "available_scopes"];
    let lists = lists.into_iter().filter_map(member);
    let wrong = mappings.filter(|node| !node.is_mapping());
    for node in wrong.chain(lists.filter(|node| !node.is_list())) {
        check.report(node.span, format!("{} is {}", check.name(node.span), node.kind()));
    }
}

fn missing_id(check: &mut Check<'_>) {
    if let Some(provider) = provider(check)
        && provider.get("provider_id").is_none()
        && check.is_complete()
    {
        let place = provider.key_span.unwrap_or(provider.span);
        check.report(place, format!("{} has no `provider_id`", check.name(place)));
    }
}

fn endpoint(check: &mut Check<'_>) {
    let Some(provider) = provider(check) else { return };
    let endpoints = provider.get("endpoints");
    for name in ENDPOINTS {
        match endpoints.and_then(|endpoints| endpoints.get(name)) {
            Some(address) if !is_https(address) => {
                let message = format!("{} is no https address", check.name(address.span));
                check.report(address.span, message);
            }
            None if NEEDED.contains(&name) && check.is_complete() => {
                let place = endpoints.unwrap_or(provider);
                let place = place.key_span.unwrap_or(place.span);
                check.report(place, format!("{} has no endpoint `{name}`", check.name(place)));
            }
            _ => {}
        }
    }
}

/// An address may have a placeholder for the tenant even in its host.
fn is_https(node: &Node) -> bool {
    let has_host = |text: &str| {
        text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    };
    node.as_text().is_some_and(has_host) || matches!(node.as_reference(), Some(Text::Reference(_)))
}

fn scope(check: &mut Check<'_>) {
    let Some(provider) = provider(check) else { return };
    let list = |name| provider.get(name).map_or(&[][..], |list| list.items());
    let available = list("available_scopes");
    let mut known = HashSet::new();
    for scope in available {
        match scope.get("id").unwrap_or(scope).as_text() {
            Some(id) => _ = known.insert(id),
            None if check.is_complete() => {
                check.report(scope.span, format!("{} has no `id`", check.name(scope.span)));
            }
            None => {}
        }
    }
    for scope in list("default_scopes").iter().filter(|_| !available.is_empty()) {
        let Some(text) = scope.as_text().filter(|text| !known.contains(text)) else { continue };
        if check.is_complete() {
            let message = format!("no available scope is called `{}`", shown(text));
            check.unknown(scope.span, message, text, known.iter().copied());
        }
    }
}
