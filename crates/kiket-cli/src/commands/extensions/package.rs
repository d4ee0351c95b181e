//! `kiket extensions package`: an extension as one file.
//!
//! The cast: [`Contents`] are the files that are packed, read and looked at for secrets; a
//! [`Problem`] is why they can not be; an [`archive`] is written beside its final place, unpacked and
//! checked, and only then put there. The same files give the same bytes on every machine.

mod archive;
mod contents;
mod kind;
mod problem;
mod scan;
mod shown;
mod verify;

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use kiket_manifest::Document;

pub(super) use contents::Contents;
pub(super) use problem::Problem;

use self::archive::Packed;
use super::input::plain;
use crate::args::{Format, Package};
use crate::exit::Exit;
use crate::printer;

/// Where archives are put, in the extension's folder.
const OUTPUT: &str = "dist";

/// Packs the extension, or shows what would be packed.
pub(super) fn run(args: &Package) -> anyhow::Result<Exit> {
    let folder = args.path.canonicalize().with_context(|| {
        format!("can not open `{}`; name the extension's folder", args.path.display())
    })?;
    let document = manifest(&folder)?;
    let contents = Contents::of(&folder, &document, &args.allow_secret)?;
    for allowed in &contents.unused {
        printer::note(format_args!(
            "nothing that looks like a secret is at {}:{}",
            allowed.path, allowed.line
        ))?;
    }
    if !contents.problems.is_empty() {
        return refused(&contents.problems, args.format);
    }
    if args.list {
        shown::list(&contents, args.format)?;
        return Ok(Exit::Ok);
    }
    let output = args.output.clone().unwrap_or_else(|| plain(args.path.join(OUTPUT)));
    fs::create_dir_all(&output)
        .with_context(|| format!("can not make the folder `{}`", output.display()))?;
    match pack(&contents, &document, &output)? {
        Ok(packed) => shown::packed(&packed, &contents, args.format)?,
        Err(problem) => return refused(&[problem], args.format),
    }
    Ok(Exit::Ok)
}

/// Reads the manifest in the folder.
pub(super) fn manifest(folder: &Path) -> anyhow::Result<Document> {
    let path = kiket_manifest::find(folder)?.with_context(|| {
        let folder = folder.display();
        format!("there is no manifest in `{folder}`; write `.kiket/manifest.yaml`")
    })?;
    Ok(Document::read(&path)?)
}

/// Writes the archive into this folder, once it is found to be whole.
pub(super) fn pack(
    contents: &Contents,
    document: &Document,
    output: &Path,
) -> anyhow::Result<Result<Packed, Problem>> {
    let stem = match archive::stem(document.manifest()) {
        Ok(stem) => stem,
        Err(problem) => return Ok(Err(problem)),
    };
    let written = archive::write(contents, &stem, output)?;
    let verified = verify::verify(written.path(), &stem);
    if let Some(problem) = verified.context("the archive that was written can not be read again")? {
        return Ok(Err(problem));
    }
    archive::finish(written, &stem, output)
}

fn refused(problems: &[Problem], format: Format) -> anyhow::Result<Exit> {
    shown::problems(problems, format)?;
    Ok(Exit::Validation)
}
