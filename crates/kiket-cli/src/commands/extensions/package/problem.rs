//! Why an extension can not be packed.

use kiket_manifest::{Document, Finding};
use serde::Serialize;

/// Something to put right first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::commands::extensions) struct Problem {
    /// What kind of problem it is; of the manifest, the rule of the linter.
    pub(in crate::commands::extensions) id: &'static str,
    /// The file, by its path in the extension's folder.
    pub(in crate::commands::extensions) path: Option<String>,
    /// Counted from 1.
    pub(super) line: Option<usize>,
    /// In characters, counted from 1.
    pub(super) column: Option<usize>,
    pub(in crate::commands::extensions) message: String,
    /// What to do about it.
    pub(in crate::commands::extensions) help: String,
}

impl Problem {
    /// A problem of the whole.
    pub(super) fn new(id: &'static str, message: String, help: impl Into<String>) -> Self {
        Self { id, path: None, line: None, column: None, message, help: help.into() }
    }

    /// In this file.
    pub(super) fn in_file(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// At this place of its file.
    pub(super) fn at(self, line: usize, column: usize) -> Self {
        Self { line: Some(line), column: Some(column), ..self }
    }

    /// What the linter found in this file.
    pub(super) fn of_finding(finding: &Finding, path: String, document: &Document) -> Self {
        let place = document.position(finding.span);
        let help = finding.help.clone().unwrap_or_default();
        Self::new(finding.id, finding.message.clone(), help)
            .in_file(path)
            .at(place.line, place.column)
    }

    /// Where it is, for people: `src/main.rs:3:14`.
    pub(in crate::commands::extensions) fn place(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        Some(match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
            _ => path.clone(),
        })
    }
}
