//! The versions that an extension works with, and those of its own that end.

use jiff::civil::Date;
use semver::VersionReq;

use crate::Node;

use super::sample::sample;
use super::{Check, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "compatibility-shape",
        severity: Severity::Warning,
        summary: "`compatibility` or a block of it has another form",
        help: "Write a mapping: `compatibility: {kiket: \">=1.42.0\", deprecates: []}`.",
        bad: sample!("  compatibility: \">=1.42.0\""),
        good: sample!("  compatibility: {kiket: \">=1.42.0\"}"),
        check: shape,
    },
    Rule {
        id: "version-range",
        severity: Severity::Warning,
        summary: "the versions of Kiket are no range of versions",
        help: "Write a range such as `>=1.42.0`, or several of them with commas between.",
        bad: sample!("  compatibility: {kiket: newest}"),
        good: sample!("  compatibility: {kiket: \">=1.42.0, <3\"}"),
        check: range,
    },
    Rule {
        id: "incomplete-deprecation",
        severity: Severity::Warning,
        summary: "a version ends and it is not said which, when, or what to do",
        help: "Give it `version`, `deadline` and `notice`: users are told 30 days before.",
        bad: sample!("  compatibility: {deprecates: [{version: 0.9.0, notice: Update to 1.0}]}"),
        good: sample!(
            "  compatibility:",
            "    deprecates: [{version: 0.9.0, deadline: 2026-12-31, notice: Update to 1.0}]"
        ),
        check: incomplete,
    },
    Rule {
        id: "deprecation-deadline",
        severity: Severity::Warning,
        summary: "the day on which a version ends is none",
        help: "Write year, month and day, such as `2026-12-31`.",
        bad: sample!(
            "  compatibility:",
            "    deprecates: [{version: 0.9.0, deadline: 2026-02-31, notice: Update to 1.0}]"
        ),
        good: sample!(
            "  compatibility:",
            "    deprecates: [{version: 0.9.0, deadline: 2026-02-28, notice: Update to 1.0}]"
        ),
        check: deadline,
    },
];

fn member<'a>(check: &Check<'a>, name: &str) -> Option<&'a Node> {
    check.manifest.block("compatibility")?.get(name)
}

fn deprecated<'a>(check: &Check<'a>) -> &'a [Node] {
    member(check, "deprecates").map_or(&[], |list| list.items())
}

fn shape(check: &mut Check<'_>) {
    let block = check.manifest.block("compatibility");
    let list = member(check, "deprecates").filter(|list| !list.is_list());
    let mappings = block.into_iter().chain(deprecated(check)).filter(|node| !node.is_mapping());
    for node in mappings.chain(list) {
        check.report(node.span, format!("{} is {}", check.name(node.span), node.kind()));
    }
}

fn range(check: &mut Check<'_>) {
    if let Some(range) = member(check, "kiket")
        && range.as_written().is_none_or(|text| VersionReq::parse(text).is_err())
    {
        check.report(range.span, format!("{} is no range of versions", check.name(range.span)));
    }
}

fn incomplete(check: &mut Check<'_>) {
    for entry in deprecated(check).iter().filter(|entry| entry.is_mapping()) {
        let missing = ["version", "deadline", "notice"].iter().find(|it| entry.get(it).is_none());
        if let Some(missing) = missing.filter(|_| check.is_complete()) {
            check.report(entry.span, format!("{} has no `{missing}`", check.name(entry.span)));
        }
    }
}

fn deadline(check: &mut Check<'_>) {
    for day in deprecated(check).iter().filter_map(|entry| entry.get("deadline")) {
        if day.as_text().is_none_or(|text| text.parse::<Date>().is_err()) {
            check.report(day.span, format!("{} is no day", check.name(day.span)));
        }
    }
}
