//! The manifests of this project's own extensions and examples.

use std::fs;
use std::path::{Path, PathBuf};

use kiket_manifest::lint::lint;
use kiket_manifest::{Document, Severity, candidates};

use crate::lines;

/// What is no part of the project, and the samples of faults.
const LEFT_OUT: [&str; 3] = ["target", ".git", "samples"];

/// Every manifest below a folder.
fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    found.extend(candidates(folder).unwrap());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_left_out = LEFT_OUT.iter().any(|name| path.ends_with(name));
        let is_manifests = path.ends_with(".kiket");
        if !is_left_out && !is_manifests && path.is_dir() && !path.is_symlink() {
            manifests(&path, found);
        }
    }
}

#[test]
fn no_manifest_of_ours_has_an_error() {
    let mut found = Vec::new();
    manifests(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &mut found);
    for expected in ["examples/hello", "extensions/marketing-automation", "extensions/stubborn"] {
        let file = Path::new(expected).join(".kiket/manifest.yaml");
        assert!(found.iter().any(|path| path.ends_with(&file)), "{file:?} in {found:?}");
    }
    for path in found {
        let document = Document::read(&path).unwrap();
        let mut findings = lint(&document);
        findings.retain(|finding| finding.severity == Severity::Error);
        assert!(findings.is_empty(), "{}: {:#?}", path.display(), lines(&document, &findings));
    }
}
