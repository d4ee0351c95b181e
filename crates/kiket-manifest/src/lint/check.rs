//! One rule at work on one document.

use std::slice;

use crate::finding::shown;
use crate::folder::File;
use crate::lint::nearest::nearest;
use crate::lint::{Beside, Rule, errors};
use crate::{Document, Edit, Finding, Manifest, Node, Severity, Shape, Span, apply};

/// The most findings of one rule.
const MOST: usize = 100;

/// A rule, the document that it looks at, and what it found so far.
pub(crate) struct Check<'a> {
    pub(super) document: &'a Document,
    pub(super) manifest: &'a Manifest,
    pub(super) beside: Beside<'a>,
    rule: &'static Rule,
    found: Vec<Finding>,
}

/// Whether there is a manifest to look at: not one of another platform, nor none at all.
pub(super) fn applies(document: &Document) -> bool {
    !matches!(document.shape(), Shape::Later | Shape::Unknown)
}

impl<'a> Check<'a> {
    pub(super) fn new(document: &'a Document, beside: Beside<'a>, rule: &'static Rule) -> Self {
        Self { document, manifest: document.manifest(), beside, rule, found: Vec::new() }
    }

    pub(super) fn found(mut self) -> Vec<Finding> {
        self.found.truncate(MOST);
        self.found
    }

    /// Whether nobody reads what is noted from now on.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// The edits so far.
    pub(super) fn edits(&self) -> impl Iterator<Item = &[Edit]> {
        self.found.iter().map(|finding| finding.fix.as_slice())
    }

    /// How much was noted so far.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Notes something, with the rule's own help.
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>) {
        self.report_with(span, message, self.rule.help);
    }

    /// Notes something, with what to do in this case.
    pub(super) fn report_with(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = match self.rule.severity {
            Severity::Error => Finding::error(self.rule.id, span, message),
            Severity::Warning => Finding::warning(self.rule.id, span, message),
        };
        self.found.push(finding.help(help));
    }

    /// Notes something in a file beside the manifest, with the rule's own help.
    pub(super) fn report_in(&mut self, file: &File, span: Span, message: impl Into<String>) {
        self.report_in_with(file, span, message, self.rule.help);
    }

    /// Notes something in a file beside the manifest, with what to do in this case.
    pub(super) fn report_in_with(
        &mut self,
        file: &File,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report_with(span, message, help);
        if let Some(last) = self.found.last_mut() {
            last.file = Some(file.path.clone());
        }
    }

    /// Notes a name, as what it is and what is written, that nothing in a file has.
    pub(super) fn unknown_in(
        &mut self,
        file: &File,
        span: Span,
        (what, written): (&str, &str),
        known: &[&str],
    ) {
        if self.found.len() >= MOST || known.contains(&written) {
            return;
        }
        let message = format!("there is no {what} `{}`", shown(written));
        match nearest(written, known.iter().copied()) {
            Some(meant) => {
                let help = format!("did you mean `{}`?", shown(meant));
                self.report_in_with(file, span, message, help);
            }
            None => self.report_in(file, span, message),
        }
    }

    /// The member that stands there in a file, for messages.
    pub(super) fn name_in(&self, file: &File, span: Span) -> String {
        if self.found.len() >= MOST {
            return String::new();
        }
        match file.document.path(span).as_str() {
            "" => "the file".to_owned(),
            path => format!("`{path}`"),
        }
    }

    /// Adds an edit to what was noted last, unless the text breaks off.
    pub(super) fn fix(&mut self, edit: Option<Edit>) {
        let one_line = |edit: &Edit| {
            let replaced = self.document.text().get(edit.span.start..edit.span.end);
            replaced.is_some_and(|text| !text.contains(['\n', '\r']))
        };
        let edit = edit.filter(|edit| self.document.is_complete() && one_line(edit));
        if let (Some(edit), Some(last)) = (edit, self.found.last_mut()) {
            last.fix.push(edit);
        }
    }

    /// Adds a member, if the text has no more errors with it.
    pub(super) fn insert(&mut self, mapping: &Node, key: &str, value: &str) {
        let edit = self.document.insert(mapping, key, &value.into());
        let edit = edit.filter(|edit| self.adds_no_error(edit));
        self.fix(edit);
    }

    /// Whether the text is whole and has no more errors with this edit and those before. Of a text
    /// that breaks off not all errors are known.
    pub(super) fn adds_no_error(&self, edit: &Edit) -> bool {
        let edits = self.edits().chain([slice::from_ref(edit)]);
        let (edited, _) = apply(self.document.text(), edits);
        let edited = Document::parse(&edited);
        edited.is_complete() && errors(&edited) <= errors(self.document)
    }

    /// The member that stands there, for messages.
    pub(super) fn name(&self, span: Span) -> String {
        if self.is_full() {
            // Finding it costs time.
            return String::new();
        }
        match self.document.path(span).as_str() {
            "" => "the manifest".to_owned(),
            path => format!("`{path}`"),
        }
    }

    /// The mapping that the extension's members stand in.
    pub(super) fn extension(&self) -> &'a Node {
        let root = self.document.root();
        root.get("extension").filter(|block| block.is_mapping()).unwrap_or(root)
    }

    /// Whether there is a block `extension`.
    pub(super) fn has_block(&self) -> bool {
        self.document.root().get("extension").is_some_and(|block| block.is_mapping())
    }

    /// A member of the extension, inside its block or beside it.
    pub(super) fn member(&self, name: &str) -> Option<&'a Node> {
        self.extension().get(name).or_else(|| self.document.root().get(name))
    }

    /// Whether what is absent is missing.
    pub(super) fn is_complete(&self) -> bool {
        let root = self.document.root();
        self.document.is_complete() && root.get("extension").is_none_or(|block| block.is_mapping())
    }

    /// The place of the extension as a whole.
    pub(super) fn place(&self) -> Span {
        let extension = self.extension();
        extension.key_span.unwrap_or(Span::new(extension.span.start, extension.span.start))
    }

    /// Notes a text that is none of the possible ones, and puts it right when one of them is near.
    pub(super) fn choice(&mut self, span: Span, written: &str, possible: &[&'static str]) {
        if possible.contains(&written) {
            return;
        }
        let message = format!("{} can not be `{}`", self.name(span), shown(written));
        match nearest(written, possible.iter().copied()) {
            Some(meant) => {
                self.report_with(span, message, format!("write `{meant}`"));
                self.fix(Some(self.document.replace(span, &meant.into())));
            }
            None => self.report_with(span, message, format!("write {}", listed(possible))),
        }
    }

    /// Notes a name that nothing has.
    pub(super) fn unknown<'b>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        written: &str,
        known: impl IntoIterator<Item = &'b str>,
    ) {
        let near = if self.found.len() < MOST { nearest(written, known) } else { None };
        match near {
            Some(meant) => {
                self.report_with(span, message, format!("did you mean `{}`?", shown(meant)));
            }
            None => self.report(span, message),
        }
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}
