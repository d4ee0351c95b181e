//! Whether there is a manifest, and what the linter finds.

use std::path::Path;

use kiket_manifest::{Document, Folder, Severity, lint};

use crate::commands::check::Check;

const ID: &str = "manifest";
const LINT: &str = "lint";

/// The manifest, and what is said about it.
///
/// # Errors
/// When the folder can not be read.
pub(super) fn checks(folder: &Path) -> anyhow::Result<(Option<Document>, Vec<Check>)> {
    let Some(path) = kiket_manifest::find(folder)? else {
        let fix = "name the extension's folder, or write .kiket/manifest.yaml; `kiket extensions \
                   new` makes an extension";
        return Ok((None, vec![Check::fail(ID, "there is no manifest", fix)]));
    };
    let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
    let document = Document::read(&path)?;
    let beside = Folder::read(folder)?;
    let beside = lint::Beside { folder: Some(&beside), code: None };
    let findings = lint::lint_beside(&document, beside);
    let is_error = |severity| severity == Severity::Error;
    let errors = findings.iter().filter(|finding| is_error(finding.severity)).count();
    let fix = "see `kiket extensions lint`";
    let linted = match (errors, findings.len() - errors) {
        (0, 0) => Check::pass(LINT, "the linter finds nothing"),
        (0, count) => Check::warn(LINT, format!("warnings of the linter: {count}"), fix),
        (count, _) => Check::fail(LINT, format!("errors of the linter: {count}"), fix),
    };
    Ok((Some(document), vec![Check::pass(ID, name), linted]))
}
