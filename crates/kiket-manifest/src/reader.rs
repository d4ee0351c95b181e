//! From the tree to the model, whatever the form, with everything that is wrong on the way.

mod core;
mod fields;
mod hooks;
mod settings;
mod values;

use crate::finding::{Finding, Findings, shown};
use crate::model::Manifest;
use crate::shape::Shape;
use crate::source::Span;
use crate::tree::{Node, Value};

pub(crate) use settings::HOLDERS;

/// What a tree says.
pub(crate) struct Read {
    pub(crate) manifest: Manifest,
    pub(crate) shape: Shape,
}

/// Takes values from a tree and notes what is wrong with them.
struct Reader<'a> {
    root: &'a Node,
    /// Whether what is absent is missing.
    complete: bool,
    findings: &'a mut Findings,
}

/// Reads the model from a document's tree.
pub(crate) fn read(root: &Node, complete: bool, findings: &mut Findings) -> Read {
    let shape = Shape::of(root);
    let mut reader = Reader { root, complete, findings };
    let manifest = if root.is_mapping() {
        reader.manifest(shape)
    } else {
        if complete {
            reader.wrong(root, "a mapping");
        }
        Manifest::default()
    };
    Read { manifest, shape }
}

impl Reader<'_> {
    /// Notes that a value is of a wrong type.
    fn wrong(&mut self, node: &Node, wanted: &str) {
        let message = format!("{} is {}", self.name(node.span), node.kind());
        let finding = Finding::error("wrong-type", node.span, message);
        self.findings.push(finding.help(format!("write {wanted}")));
    }

    /// Notes that a value of the right type can not be used.
    fn bad(&mut self, id: &'static str, span: Span, problem: &str, help: &str) {
        let message = format!("{} {problem}", self.name(span));
        self.findings.push(Finding::error(id, span, message).help(help));
    }

    /// Notes that a mapping lacks a member, unless the text could not be read to its end.
    fn missing(&mut self, span: Span, member: &str, help: &str) {
        if self.complete {
            self.bad("missing-member", span, &format!("has no `{member}`"), help);
        }
    }

    fn name(&self, span: Span) -> String {
        if self.findings.is_full() {
            // Nobody reads it, and finding it costs time.
            return String::new();
        }
        match path(self.root, span).as_str() {
            "" => "`manifest`".to_owned(),
            path => format!("`{path}`"),
        }
    }
}

/// The path of the innermost member that holds a stretch of the text.
pub(crate) fn path(root: &Node, span: Span) -> String {
    let mut path = String::new();
    let mut node = root;
    loop {
        let inner = match &node.value {
            Value::Mapping(entries) => entries
                .iter()
                .find(|entry| holds(entry.key.span, span) || holds(entry.value.span, span))
                .map(|entry| {
                    let dot = if path.is_empty() { "" } else { "." };
                    path.push_str(&format!("{dot}{}", shown(&entry.key)));
                    (&entry.value, holds(entry.key.span, span))
                }),
            Value::List(items) => {
                let held = items.iter().enumerate().find(|(_, item)| holds(item.span, span));
                held.map(|(index, item)| {
                    path.push_str(&format!("[{index}]"));
                    (item, false)
                })
            }
            _ => None,
        };
        match inner {
            Some((inner, false)) => node = inner,
            _ => return path,
        }
    }
}

/// An empty stretch lies in nothing, so that the beginning of a mapping is not its first key.
fn holds(outer: Span, inner: Span) -> bool {
    outer == inner || inner.start < inner.end && outer.contains(inner)
}
