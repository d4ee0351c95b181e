//! Where an extension runs and what it may call.

use crate::Node;

use super::sample::sample;
use super::{Check, Rule, Severity};

const TIERS: [&str; 4] = ["minimal", "standard", "compute", "memory"];
const INTERNAL: &str = "internal";
const LONGEST_HOST: usize = 253;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-tier",
        severity: Severity::Error,
        summary: "no hosting has this tier",
        help: "Write `minimal`, `standard`, `compute` or `memory`.",
        bad: sample!("  hosting: {tier: standrd}"),
        good: sample!("  hosting: {tier: standard}"),
        check: unknown_tier,
    },
    Rule {
        id: "unknown-hosting",
        severity: Severity::Warning,
        summary: "`hosting` says neither a tier nor `internal`",
        help: "Write `hosting: {tier: standard, egress: [api.example.com]}`, or `internal` for a \
               part of the platform.",
        bad: sample!("  hosting: everywhere"),
        good: sample!("  hosting: internal"),
        check: unknown_hosting,
    },
    Rule {
        id: "egress-host",
        severity: Severity::Error,
        summary: "an entry of `egress` is no host name",
        help: "Write the name alone, such as `api.example.com`: no scheme, port, path or star.",
        bad: sample!("  hosting: {tier: standard, egress: [\"https://api.example.com/v1\"]}"),
        good: sample!("  hosting: {tier: standard, egress: [api.example.com]}"),
        check: egress_host,
    },
    Rule {
        id: "rate-limit",
        severity: Severity::Warning,
        summary: "a rate limit lets nothing through",
        help: "Write a whole number above 0.",
        bad: sample!("  rate_limiting: {requests_per_minute: 0}"),
        good: sample!("  rate_limiting: {requests_per_minute: 60, burst: 20}"),
        check: rate_limit,
    },
];

fn unknown_tier(check: &mut Check<'_>) {
    let tier = check.manifest.block("hosting").and_then(|hosting| hosting.get("tier"));
    match tier.map(|tier| (tier, tier.as_written())) {
        Some((tier, Some(text))) => check.choice(tier.span, text, &TIERS),
        Some((tier, None)) => {
            check.report(tier.span, format!("{} is {}", check.name(tier.span), tier.kind()));
        }
        None => {}
    }
}

fn unknown_hosting(check: &mut Check<'_>) {
    if let Some(hosting) = check.manifest.block("hosting")
        && !hosting.is_mapping()
        && hosting.as_text() != Some(INTERNAL)
    {
        check.report(hosting.span, format!("{} is no tier", check.name(hosting.span)));
    }
}

fn egress_host(check: &mut Check<'_>) {
    let manifest = check.manifest;
    let inside = manifest.block("hosting").and_then(|hosting| hosting.get("egress"));
    for egress in inside.into_iter().chain(manifest.block("egress")) {
        if !egress.is_list() {
            check.report(egress.span, format!("{} is {}", check.name(egress.span), egress.kind()));
        }
        for host in egress.items() {
            egress_entry(check, host);
        }
    }
}

fn egress_entry(check: &mut Check<'_>, node: &Node) {
    let text = node.as_text().unwrap_or_default();
    if is_host(text) {
        return;
    }
    check.report(node.span, format!("{} is no host name", check.name(node.span)));
    let named = text.parse::<http::Uri>().ok().filter(|uri| uri.scheme().is_some());
    if let Some(host) = named.as_ref().and_then(http::Uri::host).filter(|host| is_host(host)) {
        check.fix(Some(check.document.replace(node.span, &host.into())));
    }
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= LONGEST_HOST && text.split('.').all(is_label)
}

fn rate_limit(check: &mut Check<'_>) {
    let Some(limits) = check.manifest.block("rate_limiting") else { return };
    for limit in ["requests_per_minute", "burst"].into_iter().filter_map(|name| limits.get(name)) {
        let is_positive =
            limit.as_number().and_then(|number| number.as_u64()).is_some_and(|limit| limit > 0);
        if !is_positive {
            let message = format!("{} is no number above 0", check.name(limit.span));
            check.report(limit.span, message);
        }
    }
}
