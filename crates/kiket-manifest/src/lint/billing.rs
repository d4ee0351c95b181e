//! What is counted and billed.

use std::collections::HashSet;

use crate::finding::shown;
use crate::{Entry, Node};

use super::sample::sample;
use super::{Check, Rule, Severity};

const PLANS: [&str; 3] = ["starter", "professional", "enterprise"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "billing-shape",
        severity: Severity::Warning,
        summary: "`billing` or a block of it has another form",
        help: "Write a mapping: `billing: {trial_days: 14, packages: {starter: Starter}, metrics: \
               [{id: messages}]}`.",
        bad: sample!("  billing: usage"),
        good: sample!("  billing: {model: usage, metrics: [{id: messages, name: Messages}]}"),
        check: shape,
    },
    Rule {
        id: "trial-days",
        severity: Severity::Warning,
        summary: "the length of a trial is no number of days",
        help: "Write a whole number, such as `trial_days: 14`.",
        bad: sample!("  billing: {trial_days: 14d}"),
        good: sample!("  billing: {trial_days: 14}"),
        check: trial_days,
    },
    Rule {
        id: "unknown-plan",
        severity: Severity::Warning,
        summary: "a package belongs to no plan",
        help: "Map it to `starter`, `professional` or `enterprise`.",
        bad: sample!("  billing: {packages: {small: Strater}}"),
        good: sample!("  billing: {packages: {small: Starter}}"),
        check: unknown_plan,
    },
    Rule {
        id: "billing-metric",
        severity: Severity::Warning,
        summary: "what is counted has no id, or that of another",
        help: "Give every metric an `id` of its own.",
        bad: sample!("  billing: {metrics: [{name: Messages}]}"),
        good: sample!("  billing: {metrics: [{id: messages, name: Messages}]}"),
        check: metric,
    },
];

fn member<'a>(check: &Check<'a>, name: &str) -> Option<&'a Node> {
    check.manifest.block("billing")?.get(name)
}

fn shape(check: &mut Check<'_>) {
    let billing = check.manifest.block("billing");
    let metrics = member(check, "metrics");
    let each = metrics.map_or(&[][..], |metrics| metrics.items()).iter();
    let mappings = billing.into_iter().chain(member(check, "packages")).chain(each);
    let wrong = mappings
        .filter(|node| !node.is_mapping())
        .chain(metrics.filter(|metrics| !metrics.is_list()));
    for node in wrong {
        check.report(node.span, format!("{} is {}", check.name(node.span), node.kind()));
    }
}

fn trial_days(check: &mut Check<'_>) {
    if let Some(days) = member(check, "trial_days")
        && days.as_number().and_then(|number| number.as_u64()).is_none()
    {
        check.report(days.span, format!("{} is no number of days", check.name(days.span)));
    }
}

/// Either side names the plan: `starter: Small`, `small: Starter`.
fn unknown_plan(check: &mut Check<'_>) {
    let is_plan = |text: &str| PLANS.iter().any(|plan| plan.eq_ignore_ascii_case(text));
    let names_one =
        |entry: &Entry| is_plan(&entry.key) || entry.value.as_text().is_none_or(is_plan);
    for entry in member(check, "packages").map_or(&[][..], |packages| packages.entries()) {
        if !names_one(entry) {
            let message = format!("{} is mapped to no plan", check.name(entry.key.span));
            let written = entry.value.as_text().unwrap_or_default();
            check.unknown(entry.value.span, message, written, PLANS);
        }
    }
}

fn metric(check: &mut Check<'_>) {
    let mut seen = HashSet::new();
    for metric in member(check, "metrics").map_or(&[][..], |metrics| metrics.items()) {
        match metric.get("id") {
            Some(id) if !seen.insert(id.as_written().unwrap_or_default()) => {
                let written = shown(id.as_written().unwrap_or_default());
                check.report(id.span, format!("`{written}` is counted already"));
            }
            None if metric.is_mapping() && check.is_complete() => {
                check.report(metric.span, format!("{} has no `id`", check.name(metric.span)));
            }
            _ => {}
        }
    }
}
