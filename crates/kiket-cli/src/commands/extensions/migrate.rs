//! `kiket extensions migrate`: a manifest in the canonical form.

use std::ffi::OsStr;

use kiket_manifest::{Document, Severity};
use similar::TextDiff;

use super::input::Input;
use super::mask::masked;
use crate::args::Migrate;
use crate::exit::Exit;
use crate::printer;

/// Shows the change to the canonical form, or makes it.
pub(super) fn run(args: &Migrate) -> anyhow::Result<Exit> {
    let input = Input::read(&args.path)?;
    let (name, document) = (input.name(), &input.document);
    let is_error = |severity| severity == Severity::Error;
    anyhow::ensure!(
        !document.findings().iter().any(|finding| is_error(finding.severity)),
        "`{name}` has errors; correct what `kiket extensions lint` shows first"
    );
    let canonical = document.manifest().to_yaml();
    let new = Document::parse(&canonical);
    anyhow::ensure!(
        !new.findings().iter().any(|finding| is_error(finding.severity)),
        "the canonical form of `{name}` would be larger or deeper than what is read; take out what \
         an extension's manifest does not need"
    );
    let is_same = document.root().to_json() == new.root().to_json();
    if args.write {
        let is_json = input.path().and_then(|path| path.extension()) == Some(OsStr::new("json"));
        anyhow::ensure!(
            is_same || !is_json,
            "the canonical form is YAML and `{name}` is JSON; pipe it through \
             `kiket extensions migrate - --write` into `.kiket/manifest.yaml`"
        );
        if !is_same || input.path().is_none() {
            input.write(if is_same { document.text() } else { &canonical })?;
        }
    }
    if is_same {
        printer::note(format_args!("{name} is in the canonical form"))?;
    } else if args.write {
        printer::note(format_args!("{name} is now in the canonical form"))?;
    } else {
        let (old, new) = (masked(document), masked(&new));
        let diff = TextDiff::from_lines(&old, &new);
        printer::line(diff.unified_diff().header(&name, &name).to_string().trim_end())?;
    }
    Ok(Exit::Ok)
}
