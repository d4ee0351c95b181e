//! What an extension costs.

use crate::Node;

use super::sample::sample;
use super::{Check, Rule, Severity};

/// What each way to pay needs to be said with it.
const NEEDED: [(&str, &[&str]); 4] = [
    ("free", &[]),
    ("one_time", &["price_cents"]),
    ("subscription", &["price_cents", "billing_period"]),
    ("usage_based", &["unit", "price_per_unit_cents"]),
];
const AMOUNTS: [&str; 2] = ["price_cents", "price_per_unit_cents"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "pricing-shape",
        severity: Severity::Warning,
        summary: "`pricing` is no mapping",
        help: "Write a mapping, such as `pricing: {model: free}`.",
        bad: sample!("  pricing: free"),
        good: sample!("  pricing: {model: free}"),
        check: shape,
    },
    Rule {
        id: "unknown-pricing-model",
        severity: Severity::Warning,
        summary: "nothing is paid for in this way",
        help: "Write `free`, `one_time`, `subscription` or `usage_based`.",
        bad: sample!("  pricing: {model: onetime, price_cents: 999}"),
        good: sample!("  pricing: {model: one_time, price_cents: 999}"),
        check: unknown_model,
    },
    Rule {
        id: "missing-price",
        severity: Severity::Warning,
        summary: "it is not said how much is paid, or for what",
        help: "`one_time` needs `price_cents`; `subscription` also `billing_period`; `usage_based` \
               needs `unit` and `price_per_unit_cents`.",
        bad: sample!("  pricing: {model: subscription, price_cents: 999}"),
        good: sample!(
            "  pricing: {model: subscription, price_cents: 999, billing_period: monthly}"
        ),
        check: missing_price,
    },
    Rule {
        id: "price-amount",
        severity: Severity::Warning,
        summary: "a price is no whole number of cents",
        help: "Write cents without a fraction, such as `price_cents: 999` for 9.99.",
        bad: sample!("  pricing: {model: one_time, price_cents: 9.99}"),
        good: sample!("  pricing: {model: one_time, price_cents: 999}"),
        check: amount,
    },
];

fn pricing<'a>(check: &Check<'a>) -> Option<&'a Node> {
    check.manifest.block("pricing")
}

fn shape(check: &mut Check<'_>) {
    if let Some(pricing) = pricing(check)
        && !pricing.is_mapping()
    {
        check.report(pricing.span, format!("`pricing` is {}", pricing.kind()));
    }
}

fn unknown_model(check: &mut Check<'_>) {
    let Some(model) = pricing(check).and_then(|pricing| pricing.get("model")) else { return };
    match model.as_written() {
        Some(text) => check.choice(model.span, text, &NEEDED.map(|(model, _)| model)),
        None => {
            check.report(model.span, format!("{} is {}", check.name(model.span), model.kind()));
        }
    }
}

fn missing_price(check: &mut Check<'_>) {
    let Some(pricing) = pricing(check).filter(|_| check.is_complete()) else { return };
    let model = pricing.get("model").and_then(|model| model.as_text());
    let needed = NEEDED.iter().find(|(name, _)| Some(*name) == model);
    for missing in needed.into_iter().flat_map(|(_, names)| *names) {
        if pricing.get(missing).is_none() {
            let place = pricing.key_span.unwrap_or(pricing.span);
            check.report(place, format!("`pricing` has no `{missing}`"));
        }
    }
}

fn amount(check: &mut Check<'_>) {
    let Some(pricing) = pricing(check) else { return };
    for amount in AMOUNTS.iter().filter_map(|name| pricing.get(name)) {
        if amount.as_number().and_then(|number| number.as_u64()).is_none() {
            let message = format!("{} is no whole number of cents", check.name(amount.span));
            check.report(amount.span, message);
        }
    }
}
