//! What is wrong with a manifest, and where.

use std::path::PathBuf;

use crate::edit::Edit;
use crate::source::Span;

/// The most findings that one document gets.
const MOST: usize = 100;
/// Stands for the findings beyond them. It is an error, because one of them may be.
const MORE: &str = "more";

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The manifest can be used, though somebody should look at it.
    Warning,
    /// The manifest can not be used.
    Error,
}

/// Something wrong with a manifest, and where. No text of it shows a value that may be secret.
///
/// The reader's own ids: `encoding`, `too-large`, `syntax`, `several-documents`, `too-many-values`,
/// `too-deep`, `alias`, `key` (of a mapping, no plain text), `duplicate-key`, `wrong-type`,
/// `quoted-value`, `bad-value`, `bad-reference`, `missing-member`, `said-twice`, `default-type`,
/// `other-document`, `more`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the rule, which stays the same over versions.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The file that it is in, below the extension's folder; none for the manifest itself.
    pub file: Option<PathBuf>,
    /// Where it is wrong, as a stretch of that file.
    pub span: Span,
    /// The edits that put it right; none when that takes a person, or the text breaks off.
    pub fix: Vec<Edit>,
}

impl Finding {
    /// An error, without help or fix.
    pub fn error(id: &'static str, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        let severity = Severity::Error;
        Self { id, severity, message, help: None, file: None, span, fix: Vec::new() }
    }

    /// A warning, without help or fix.
    pub fn warning(id: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, span, message) }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with an edit that puts it right, beside those that it has.
    #[must_use]
    pub fn fix(mut self, edit: Edit) -> Self {
        self.fix.push(edit);
        self
    }
}

/// The findings so far, not more than anybody reads.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.0.len() + 1 < MOST {
            self.0.push(finding);
        } else if self.0.len() < MOST {
            let more = Finding::error(MORE, finding.span, "there are more problems than these");
            self.0.push(more.help("correct the others first"));
        }
    }

    /// Whether further findings are not kept.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() == MOST
    }

    /// In the order of their places.
    pub(crate) fn sorted(self) -> Vec<Finding> {
        sorted(self.0)
    }
}

/// The findings in the order of their places, the manifest's first; in each file that of there being
/// more last.
pub(crate) fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.id == MORE, finding.span);
        a.file.cmp(&b.file).then_with(|| key(a).cmp(&key(b)))
    });
    findings
}

/// A key, not longer than anybody reads.
pub(crate) fn shown(key: &str) -> String {
    key.chars().take(60).collect()
}
