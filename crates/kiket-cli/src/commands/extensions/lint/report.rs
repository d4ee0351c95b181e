//! What is shown of a manifest, in whatever format.

use std::path::Path;

use kiket_manifest::{Document, Finding, Position, Severity, Span, lint};

use crate::args::{Deny, Lint};
use crate::commands::extensions::input::Input;

/// The findings that are not allowed, in the order of the text.
pub(super) struct Report<'a> {
    /// What people call the manifest.
    pub(super) name: String,
    /// Its file, unless it is standard input.
    pub(super) path: Option<&'a Path>,
    pub(super) document: &'a Document,
    pub(super) findings: Vec<Finding>,
    deny: &'a [Deny],
}

impl<'a> Report<'a> {
    pub(super) fn of(input: &'a Input, args: &'a Lint) -> Self {
        let mut findings = lint::lint(&input.document);
        findings.retain(|finding| !args.allow.contains(&finding.id));
        Self {
            name: input.name(),
            path: input.path(),
            document: &input.document,
            findings,
            deny: &args.deny,
        }
    }

    pub(super) fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    pub(super) fn warnings(&self) -> usize {
        self.findings.len() - self.errors()
    }

    /// How many warnings are denied.
    pub(super) fn denied(&self) -> usize {
        let is_denied = |finding: &&Finding| {
            finding.severity == Severity::Warning
                && (self.deny.contains(&Deny::Warnings)
                    || self.deny.contains(&Deny::Rule(finding.id)))
        };
        self.findings.iter().filter(is_denied).count()
    }

    /// Where a finding begins and ends, the end behind the last character.
    pub(super) fn place(&self, finding: &Finding) -> (Position, Position) {
        let Span { start, end } = finding.span;
        let at = |offset| self.document.position(Span::new(offset, offset));
        (at(start), at(end.max(start)))
    }
}

/// What formats call a severity.
pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
