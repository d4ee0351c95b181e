//! Reads an archive as somebody who got it would.

use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use flate2::read::GzDecoder;
use kiket_manifest::{Document, Folder, Severity, lint};
use sha2::{Digest as _, Sha256};

use super::archive::hex;
use super::contents::HASHES;
use super::problem::Problem;

/// Unpacks the archive, compares every file with its hash, and lints what came out.
///
/// # Errors
/// When it can not be unpacked, or holds something else than its list says.
pub(super) fn verify(archive: &Path, stem: &str) -> anyhow::Result<Option<Problem>> {
    let place = tempfile::tempdir().context("there is no room to unpack it")?;
    tar::Archive::new(GzDecoder::new(File::open(archive)?)).unpack(place.path())?;
    let folder = place.path().join(stem);
    let listed = fs::read_to_string(folder.join(HASHES)).context("its list of files is missing")?;
    for (hash, path) in listed.lines().filter_map(|line| line.split_once("  ")) {
        let content = fs::read(folder.join(path))?;
        anyhow::ensure!(
            hex(&Sha256::digest(&content)) == hash,
            "`{path}` has changed while it was packed; pack it again"
        );
    }
    let Some(manifest) = kiket_manifest::find(&folder)? else {
        let message = "the manifest is not in the archive".to_owned();
        let help = "take it out of .gitignore and .kiketignore";
        return Ok(Some(Problem::new("manifest", message, help)));
    };
    let document = Document::read(&manifest)?;
    let beside = Folder::read(&folder)?;
    let findings = lint::lint_beside(&document, lint::Beside { folder: Some(&beside), code: None });
    let error = findings.iter().find(|finding| finding.severity == Severity::Error);
    Ok(error.map(|finding| {
        let file = finding.file.as_deref();
        let of_file = file.and_then(|file| beside.document(file));
        let path = file.or(manifest.strip_prefix(&folder).ok()).unwrap_or(&manifest);
        Problem::of_finding(finding, path.display().to_string(), of_file.unwrap_or(&document))
    }))
}
