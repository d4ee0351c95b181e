//! What is shown of a manifest and the files beside it, in whatever format.

use std::path::PathBuf;

use kiket_manifest::{Document, Finding, Position, Severity, Span, lint};

use crate::args::Deny;
use crate::commands::extensions::input::{Input, plain};

/// The findings that are not allowed, in the order of the files and their texts.
pub(super) struct Report<'a> {
    pub(super) findings: Vec<Finding>,
    input: &'a Input,
    beside: lint::Beside<'a>,
    deny: &'a [Deny],
}

/// The file that a finding is in.
pub(super) struct Place<'a> {
    /// What people call it.
    pub(super) name: String,
    /// Where it is, unless it is standard input.
    pub(super) path: Option<PathBuf>,
    pub(super) document: &'a Document,
}

impl<'a> Report<'a> {
    /// Without what the rules in `allow` find.
    pub(super) fn of(
        input: &'a Input,
        beside: lint::Beside<'a>,
        allow: &[&'static str],
        deny: &'a [Deny],
    ) -> Self {
        let mut findings = lint::lint_beside(&input.document, beside);
        findings.retain(|finding| !allow.contains(&finding.id));
        Self { findings, input, beside, deny }
    }

    /// What people call the manifest.
    pub(super) fn name(&self) -> String {
        self.input.name()
    }

    /// The file that a finding is in.
    pub(super) fn file(&self, finding: &Finding) -> Place<'a> {
        let beside = finding.file.as_ref().and_then(|file| {
            let document = self.beside.folder?.document(file)?;
            let path = plain(self.input.folder()?.join(file));
            Some(Place { name: path.display().to_string(), path: Some(path), document })
        });
        beside.unwrap_or_else(|| Place {
            name: self.input.name(),
            path: self.input.path().map(ToOwned::to_owned),
            document: &self.input.document,
        })
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
}

impl Place<'_> {
    /// Where a finding begins and ends, the end behind the last character.
    pub(super) fn of(&self, finding: &Finding) -> (Position, Position) {
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
