//! Builds the tree from the parser's events.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use crate::finding::{Finding, Findings};
use crate::source::{Source, Span};
use crate::spanned::Spanned;
use crate::tree::{Entry, Node, Value};

use super::budget::{Budget, Cost};
use super::{Composed, duplicates, plain};

pub(super) struct Builder<'a> {
    source: &'a Source,
    findings: &'a mut Findings,
    budget: Budget,
    /// The lists and mappings that have begun and not ended.
    open: Vec<Open>,
    /// The values that aliases may repeat.
    anchors: HashMap<usize, (Node, Cost)>,
    root: Option<Node>,
    /// Where what was read last ends.
    end: usize,
    stopped: bool,
}

/// A list or mapping that has begun.
struct Open {
    span: Span,
    flow: bool,
    anchor: usize,
    cost: Cost,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Key },
}

/// The key of the entry that is being read.
enum Key {
    /// It comes next.
    Next,
    /// It has been read.
    Read(Spanned<String>),
    /// It can not be used, and neither can its value.
    Unusable,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source, findings: &'a mut Findings) -> Self {
        Self {
            source,
            findings,
            budget: Budget::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            end: 0,
            stopped: false,
        }
    }

    /// Ends the reading: what has been read so far is what there is.
    pub(super) fn stop(&mut self, why: Finding) {
        self.findings.push(why);
        self.stopped = true;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let span = self.scalar_span(span, style);
                let cost = Cost { values: 1, bytes: text.len(), depth: 0 };
                let value = if style == ScalarStyle::Plain && !is_text {
                    self.plain(&text, span)
                } else {
                    Value::Text(text.into_owned())
                };
                self.paid(value, span, cost, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.begin(span, style, anchor, Content::List(Vec::new()));
            }
            Event::MappingStart(style, anchor, _) => {
                let content = Content::Mapping { entries: Vec::new(), key: Key::Next };
                self.begin(span, style, anchor, content);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(_) => self.no_anchor(span),
            _ => {}
        }
    }

    /// Ends what is still open.
    pub(super) fn finish(mut self) -> Composed {
        while !self.open.is_empty() {
            self.close(self.end);
        }
        Composed { root: self.root.unwrap_or_default(), complete: !self.stopped }
    }

    /// An empty value is written as `~` in the events.
    fn plain(&self, text: &str, span: Span) -> Value {
        if self.source.slice(span).is_empty() { Value::Null } else { plain(text) }
    }

    /// The event of a block scalar has the place of its lines; it begins with the mark before them
    /// and ends with the last of its text.
    fn scalar_span(&self, span: Span, style: ScalarStyle) -> Span {
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return span;
        }
        let before = self.source.slice(Span::new(self.end, span.start));
        let start = before.find(['|', '>']).map_or(span.start, |at| self.end + at);
        let text = self.source.slice(Span::new(start, span.end));
        Span::new(start, start + text.trim_end().len())
    }

    fn paid(&mut self, value: Value, span: Span, cost: Cost, anchor: usize) {
        match self.budget.pay(cost, self.open.len(), span) {
            Ok(()) => self.place(Node { value, span, key_span: None }, cost, anchor),
            Err(finding) => self.stop(*finding),
        }
    }

    fn begin(&mut self, span: Span, style: StructureStyle, anchor: usize, content: Content) {
        let cost = Cost { values: 1, bytes: 0, depth: 1 };
        if let Err(finding) = self.budget.pay(cost, self.open.len(), span) {
            return self.stop(*finding);
        }
        self.end = span.end;
        let flow = style == StructureStyle::Flow;
        self.open.push(Open { span, flow, anchor, cost, content });
    }

    fn close(&mut self, end: usize) {
        let Some(Open { span, flow, anchor, cost, content }) = self.open.pop() else { return };
        let span = span.to(if flow { end } else { self.end });
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Mapping { entries, .. } => {
                Value::Mapping(duplicates::resolve(entries, self.source, self.findings))
            }
        };
        self.place(Node { value, span, key_span: None }, cost, anchor);
    }

    /// Aliases and anchors are paid for, so that what is repeated is bounded.
    fn alias(&mut self, anchor: usize, span: Span) {
        let Some((node, cost)) = self.anchors.get(&anchor) else { return self.no_anchor(span) };
        let cost = *cost;
        match self.budget.pay(cost, self.open.len(), span) {
            Ok(()) => {
                let value = node.value.clone();
                self.place(Node { value, span, key_span: None }, cost, 0);
            }
            Err(finding) => self.stop(*finding),
        }
    }

    fn no_anchor(&mut self, span: Span) {
        let message = "this alias stands for nothing that ends before it";
        let help = "write the value itself, or its anchor before the alias";
        self.findings.push(Finding::error("alias", span, message).help(help));
        self.paid(Value::Null, span, Cost { values: 1, ..Cost::default() }, 0);
    }

    /// Puts a value where it belongs.
    fn place(&mut self, node: Node, cost: Cost, anchor: usize) {
        self.end = self.end.max(node.span.end);
        if anchor != 0 {
            if let Err(finding) = self.budget.pay(cost, self.open.len(), node.span) {
                return self.stop(*finding);
            }
            self.anchors.insert(anchor, (node.clone(), cost));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.cost.values += cost.values;
        parent.cost.bytes += cost.bytes;
        parent.cost.depth = parent.cost.depth.max(cost.depth + 1);
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Mapping { entries, key } => match std::mem::replace(key, Key::Next) {
                Key::Next => *key = read_key(node, self.source, self.findings),
                Key::Read(key) => {
                    let value = Node { key_span: Some(key.span), ..node };
                    entries.push(Entry { key, value });
                }
                Key::Unusable => {}
            },
        }
    }
}

fn read_key(node: Node, source: &Source, findings: &mut Findings) -> Key {
    let Node { value, span, key_span } = node;
    let value = match value {
        Value::Text(text) => text,
        Value::Number(number) => number.written,
        Value::Boolean(value) => value.to_string(),
        // `null: false` is how columns say that they must have a value.
        Value::Null if !source.slice(span).is_empty() => source.slice(span).to_owned(),
        Value::Null | Value::List(_) | Value::Mapping(_) => {
            let message = format!("a key is {}", value.kind());
            findings.push(Finding::error("key", span, message).help("write a text"));
            return Key::Unusable;
        }
    };
    Key::Read(Spanned { value, span, key_span })
}
