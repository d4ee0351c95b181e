//! `kiket extensions validate`: whether an extension can be published.

mod documents;
mod manifest;
mod project;
mod repository;

use std::path::Path;

use anyhow::Context as _;
use kiket_manifest::{Document, Finding, Folder, lint};

use super::package;
use crate::args::Validate;
use crate::commands::check::{self, count};
use crate::exit::Exit;

/// Runs every check and shows them.
pub(super) fn run(args: &Validate) -> anyhow::Result<Exit> {
    let folder = args.path.canonicalize().with_context(|| {
        format!("can not open `{}`; name the extension's folder", args.path.display())
    })?;
    let document = package::manifest(&folder)?;
    let findings = findings(&folder, &document)?;
    let mut checks = manifest::checks(&document, &findings);
    checks.extend(documents::checks(&folder, &document));
    checks.extend(project::checks(&folder, &document, &findings)?);
    checks.extend(repository::checks(&folder));
    let verdict = match count(&checks).failed {
        0 => "it can be published".to_owned(),
        failed => format!("it can not be published yet: {failed} of {} failed", checks.len()),
    };
    check::show(&checks, args.format, &verdict)?;
    Ok(if count(&checks).failed == 0 { Exit::Ok } else { Exit::Validation })
}

fn findings(folder: &Path, document: &Document) -> anyhow::Result<Vec<Finding>> {
    let beside = Folder::read(folder)?;
    Ok(lint::lint_beside(document, lint::Beside { folder: Some(&beside), code: None }))
}
