//! Manifests for those who want all of one or an error.

use std::path::Path;

use crate::{Document, Error, Manifest};

/// The largest manifest that is read, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// Reads a manifest's file. [`Document::read`] tells of every problem.
///
/// # Errors
/// When the file can not be read, and the first error of its text, with the number of the others.
pub fn read(path: &Path) -> Result<Manifest, Error> {
    Document::read(path)?.into_manifest()
}

/// Reads a manifest's text, YAML or JSON. [`Document::parse`] tells of every problem.
///
/// # Errors
/// The first error of the text, with the number of the others.
pub fn parse(text: &str) -> Result<Manifest, Error> {
    Document::parse(text).into_manifest()
}
