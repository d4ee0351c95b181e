//! Single values of the types that the model has.

use kiket_contract::event::Name;

use crate::edit::Edit;
use crate::finding::Finding;
use crate::members::TIMEOUT;
use crate::source::Span;
use crate::spanned::Spanned;
use crate::text::{InvalidReference, Text};
use crate::tree::Node;

use super::Reader;
use super::fields::Fields;

impl<'a> Reader<'a> {
    /// A text, or a number as it is written.
    pub(super) fn text(&mut self, node: &'a Node) -> Option<Spanned<String>> {
        let Some(text) = node.as_written() else {
            self.wrong(node, "a text");
            return None;
        };
        Some(at(node, text.to_owned()))
    }

    pub(super) fn optional_text(&mut self, node: Option<&'a Node>) -> Option<Spanned<String>> {
        self.text(node?)
    }

    /// A text with something in it, without blanks around.
    pub(super) fn filled(&mut self, node: &'a Node) -> Option<Spanned<String>> {
        let text = self.text(node)?.map(|text| text.trim().to_owned());
        if text.is_empty() {
            self.bad("bad-value", node.span, "is empty", "write a text");
            return None;
        }
        Some(text)
    }

    /// A literal or a reference.
    pub(super) fn reference<T: From<String>>(
        &mut self,
        node: &'a Node,
    ) -> Option<Spanned<Text<T>>> {
        let text = self.text(node)?;
        match text.parse() {
            Ok(parsed) => Some(at(node, parsed)),
            Err(InvalidReference) => {
                let help = "write `${NAME}` or `${NAME:-fallback}` as the whole value";
                self.bad("bad-reference", node.span, "holds `${` but is no reference", help);
                None
            }
        }
    }

    /// The name of an event or a version.
    pub(super) fn event_name(&mut self, node: &'a Node) -> Option<Spanned<Name>> {
        let text = self.text(node)?;
        match Name::try_from(text.value) {
            Ok(name) => Some(at(node, name)),
            Err(error) => {
                self.bad("bad-value", node.span, "is wrong", &error.to_string());
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, node: &'a Node) -> Option<Spanned<bool>> {
        if let Some(value) = node.as_boolean() {
            return Some(at(node, value));
        }
        match node.as_text().map(str::parse::<bool>) {
            Some(Ok(value)) => Some(self.quoted(node, value)),
            _ => {
                self.wrong(node, "true or false");
                None
            }
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count<T>(&mut self, node: &'a Node, wanted: &str) -> Option<Spanned<T>>
    where
        T: TryFrom<u64> + ToString + Copy,
    {
        let number = node.as_number().map(ToString::to_string);
        let is_quoted = number.is_none();
        let Some(written) = number.as_deref().or(node.as_text()) else {
            self.wrong(node, wanted);
            return None;
        };
        match written.parse::<u64>().map(T::try_from) {
            Ok(Ok(value)) if is_quoted => Some(self.quoted(node, value)),
            Ok(Ok(value)) => Some(at(node, value)),
            _ if is_quoted => {
                self.wrong(node, wanted);
                None
            }
            _ => {
                let problem = format!("can not be {written}");
                self.bad("bad-value", node.span, &problem, &format!("write {wanted}"));
                None
            }
        }
    }

    /// How long an answer may take, in milliseconds, by the first of the names that is there.
    pub(super) fn timeout(&mut self, fields: &Fields<'a>) -> Option<Spanned<u64>> {
        let (_, timeout) = fields.any(&TIMEOUT)?;
        if let Some(other) = fields.get(TIMEOUT[1]).filter(|other| other.span != timeout.span) {
            let place = other.key_span.unwrap_or(other.span);
            let message = format!("`{}` is said beside `{}`, which counts", TIMEOUT[1], TIMEOUT[0]);
            let finding = Finding::warning("said-twice", place, message);
            self.findings.push(finding.help("take this one out"));
        }
        self.count(timeout, "a whole number of milliseconds")
    }

    /// The texts of a list.
    pub(super) fn texts(&mut self, node: Option<&'a Node>) -> Vec<Spanned<String>> {
        let items = self.items(node);
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// The items of a list.
    pub(super) fn items(&mut self, node: Option<&'a Node>) -> &'a [Node] {
        let Some(node) = node else { return &[] };
        if !node.is_list() {
            self.wrong(node, "a list");
        }
        node.items()
    }

    /// Whether this is a mapping, which it should be.
    pub(super) fn is_mapping(&mut self, node: &'a Node) -> bool {
        if !node.is_mapping() {
            self.wrong(node, "a mapping");
        }
        node.is_mapping()
    }

    /// A value in quotes that is meant without.
    fn quoted<T: ToString>(&mut self, node: &'a Node, value: T) -> Spanned<T> {
        let text = value.to_string();
        let message = format!("{} is a text", self.name(node.span));
        let finding = Finding::warning("quoted-value", node.span, message)
            .help(format!("write {text} without quotes"))
            .fix(Edit { span: node.span, text });
        self.findings.push(finding);
        at(node, value)
    }
}

/// A value at a node's place.
pub(super) fn at<T>(node: &Node, value: T) -> Spanned<T> {
    Spanned { value, span: node.span, key_span: node.key_span }
}

/// A value at a place without a key.
pub(super) fn placed<T>(span: Span, value: T) -> Spanned<T> {
    Spanned { value, span, key_span: None }
}
