//! What can be configured.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::finding::shown;
use crate::{DefaultValue, Setting};

use super::sample::sample;
use super::{Check, Rule, Severity};

const KINDS: [&str; 20] = [
    "string",
    "integer",
    "number",
    "boolean",
    "text",
    "template",
    "html",
    "object",
    "secret",
    "select",
    "array",
    "list",
    "url",
    "email",
    "json",
    "project",
    "issue_type",
    "workflow_status",
    "board",
    "priority",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unknown-setting-type",
        severity: Severity::Warning,
        summary: "no setting has this type",
        help: "Write `string`, `integer`, `number`, `boolean`, `text`, `template`, `html`, `object`, \
               `secret`, or what users choose: `project`, `issue_type`, `workflow_status`, `board`, \
               `priority`.",
        bad: sample!("  configuration: {RETRIES: {type: integr}}"),
        good: sample!("  configuration: {RETRIES: {type: integer}}"),
        check: unknown_type,
    },
    Rule {
        id: "default-not-offered",
        severity: Severity::Warning,
        summary: "a default is not among the options",
        help: "Write one of the options' values, or add it to them.",
        bad: sample!(
            "  configuration: {MODE: {type: string, default: fast, options: [safe, slow]}}"
        ),
        good: sample!(
            "  configuration: {MODE: {type: string, default: safe, options: [safe, slow]}}"
        ),
        check: default_not_offered,
    },
    Rule {
        id: "setting-bounds",
        severity: Severity::Warning,
        summary: "a default is outside of the bounds, or the bounds leave nothing",
        help: "Correct `min`, `max` or `default`.",
        bad: sample!("  configuration: {PORT: {type: integer, min: 1, max: 100, default: 587}}"),
        good: sample!("  configuration: {PORT: {type: integer, min: 1, max: 65535, default: 587}}"),
        check: bounds,
    },
    Rule {
        id: "unknown-variable",
        severity: Severity::Warning,
        summary: "a template must use a variable that it does not have",
        help: "Declare it in `variables`, or take it out of `validation.required_variables`.",
        bad: sample!(
            "  configuration:",
            "    mail:",
            "      type: template",
            "      variables: [{name: issue, type: object}]",
            "      validation: {required_variables: [isue]}"
        ),
        good: sample!(
            "  configuration:",
            "    mail:",
            "      type: template",
            "      variables: [{name: issue, type: object}]",
            "      validation: {required_variables: [issue]}"
        ),
        check: unknown_variable,
    },
];

fn unknown_type(check: &mut Check<'_>) {
    for kind in check.manifest.settings.iter().filter_map(|setting| setting.kind.as_ref()) {
        if !KINDS.contains(&kind.as_str()) {
            let message = format!("no setting has the type `{}`", shown(kind));
            check.unknown(kind.span, message, kind, KINDS);
        }
    }
}

fn other<'a>(setting: &'a Setting, name: &str) -> Option<&'a crate::Node> {
    let entry = setting.others.iter().find(|entry| *entry.key == name)?;
    Some(&entry.value)
}

/// The default that is written out and may be shown.
fn default(setting: &Setting) -> Option<(crate::Span, &Json)> {
    let default = setting.default.as_ref().filter(|_| !setting.secret)?;
    match &default.value {
        DefaultValue::Value(value) => Some((default.span, value)),
        DefaultValue::Reference(_) => None,
    }
}

fn default_not_offered(check: &mut Check<'_>) {
    for setting in &check.manifest.settings {
        let options = other(setting, "options").map_or(&[][..], |options| options.items());
        let Some((span, value)) = default(setting) else { continue };
        let is_offered = options.iter().any(|option| {
            let offered = if option.is_mapping() { option.get("value") } else { Some(option) };
            offered.is_some_and(|offered| setting.typed(offered.to_json()) == *value)
        });
        if !options.is_empty() && !is_offered {
            check.report(span, format!("{} is none of the options", check.name(span)));
        }
    }
}

fn bounds(check: &mut Check<'_>) {
    for setting in &check.manifest.settings {
        let number = |name| other(setting, name).and_then(|node| node.as_number()?.as_f64());
        let (min, max) = (number("min"), number("max"));
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            let message =
                format!("{} has no value between its bounds", check.name(setting.key.span));
            check.report(setting.key.span, message);
        } else if let Some((span, value)) = default(setting)
            && let Some(value) = value.as_f64()
            && (min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max))
        {
            check.report(span, format!("{} is outside of the bounds", check.name(span)));
        }
    }
}

fn unknown_variable(check: &mut Check<'_>) {
    for setting in &check.manifest.settings {
        let Some(variables) = other(setting, "variables") else { continue };
        let name = |variable: &'_ crate::Node| {
            variable.as_text().or_else(|| variable.get("name")?.as_text()).map(str::to_owned)
        };
        let names: HashSet<_> = variables.items().iter().filter_map(name).collect();
        let required = other(setting, "validation").and_then(|it| it.get("required_variables"));
        for variable in required.map_or(&[][..], |required| required.items()) {
            let Some(text) = variable.as_text() else { continue };
            let first = text.split('.').next().unwrap_or(text);
            if !names.contains(text) && !names.contains(first) && check.is_complete() {
                let message = format!("the template has no variable `{}`", shown(text));
                check.unknown(variable.span, message, text, names.iter().map(String::as_str));
            }
        }
    }
}
