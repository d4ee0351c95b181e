//! The fields that an extension shows.

use http::Uri;

use crate::{Entry, Node};

use super::sample::sample;
use super::{Check, Rule, Severity};

const KINDS: [&str; 5] = ["copyable", "url", "code", "badge", "status"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "output-fields",
        severity: Severity::Error,
        summary: "`output_fields` is no mapping of fields",
        help: "Write a mapping: `ticket_url: {label: Ticket, type: url}`.",
        bad: sample!("  output_fields: {ticket_url: Ticket}"),
        good: sample!("  output_fields: {ticket_url: {label: Ticket, type: url}}"),
        check: shape,
    },
    Rule {
        id: "output-field-key",
        severity: Severity::Error,
        summary: "an output field can not have this key",
        help: "Write lower-case letters, digits and underscores, the first a letter.",
        bad: sample!("  output_fields: {Ticket-URL: {label: Ticket, type: url}}"),
        good: sample!("  output_fields: {ticket_url: {label: Ticket, type: url}}"),
        check: key,
    },
    Rule {
        id: "missing-output-label",
        severity: Severity::Warning,
        summary: "an output field has no name that users see",
        help: "Add `label`.",
        bad: sample!("  output_fields: {ticket_url: {type: url}}"),
        good: sample!("  output_fields: {ticket_url: {label: Ticket, type: url}}"),
        check: missing_label,
    },
    Rule {
        id: "output-field-type",
        severity: Severity::Error,
        summary: "no output field has this type",
        help: "Write `copyable`, `url`, `code`, `badge` or `status`.",
        bad: sample!("  output_fields: {ticket_url: {label: Ticket, type: copiable}}"),
        good: sample!("  output_fields: {ticket_url: {label: Ticket, type: copyable}}"),
        check: kind,
    },
    Rule {
        id: "output-field-icon",
        severity: Severity::Warning,
        summary: "the icon of an output field is no icon's name",
        help: "Write the name of a Bootstrap icon, such as `bi-link`.",
        bad: sample!("  output_fields: {ticket: {label: Ticket, icon: ./ticket.svg}}"),
        good: sample!("  output_fields: {ticket: {label: Ticket, icon: bi-ticket}}"),
        check: icon,
    },
    Rule {
        id: "output-field-help-url",
        severity: Severity::Error,
        summary: "the help of an output field is no address",
        help: "Write an address that begins with `https://`.",
        bad: sample!("  output_fields: {ticket: {label: Ticket, help_url: docs/ticket}}"),
        good: sample!("  output_fields: {ticket: {label: Ticket, help_url: https://example.com}}"),
        check: help_url,
    },
];

fn fields<'a>(check: &Check<'a>) -> &'a [Entry] {
    check.manifest.block("output_fields").map_or(&[], |block| block.entries())
}

/// This member of every field that has it.
fn members<'a>(check: &Check<'a>, name: &'static str) -> impl Iterator<Item = &'a Node> + use<'a> {
    fields(check).iter().filter_map(move |field| field.value.get(name))
}

fn shape(check: &mut Check<'_>) {
    let Some(block) = check.manifest.block("output_fields") else { return };
    let values = block.entries().iter().map(|entry| &entry.value);
    for node in [block].into_iter().chain(values).filter(|node| !node.is_mapping()) {
        check.report(node.span, format!("{} is {}", check.name(node.span), node.kind()));
    }
}

fn key(check: &mut Check<'_>) {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    for key in fields(check).iter().map(|field| &field.key) {
        let is_good = key.bytes().all(is_inner)
            && key.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        if !is_good {
            check.report(key.span, format!("{} can not be a key", check.name(key.span)));
        }
    }
}

fn missing_label(check: &mut Check<'_>) {
    for field in fields(check).iter().filter(|field| field.value.is_mapping()) {
        if field.value.get("label").is_none() && check.is_complete() {
            let message = format!("{} has no `label`", check.name(field.key.span));
            check.report(field.key.span, message);
        }
    }
}

fn kind(check: &mut Check<'_>) {
    for kind in members(check, "type") {
        match kind.as_written() {
            Some(text) => check.choice(kind.span, text, &KINDS),
            None => check.report(kind.span, format!("{} is no type", check.name(kind.span))),
        }
    }
}

fn icon(check: &mut Check<'_>) {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    for icon in members(check, "icon") {
        let is_name = icon.as_text().is_some_and(|text| text.bytes().all(is_inner));
        if !is_name {
            check.report(icon.span, format!("{} is no icon's name", check.name(icon.span)));
        }
    }
}

fn help_url(check: &mut Check<'_>) {
    for url in members(check, "help_url") {
        if !is_address(url) {
            check.report(url.span, format!("{} is no address", check.name(url.span)));
        }
    }
}

/// Whether a value is an address that browsers open.
pub(super) fn is_address(node: &Node) -> bool {
    let uri = node.as_text().and_then(|text| text.parse::<Uri>().ok());
    uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")))
}
