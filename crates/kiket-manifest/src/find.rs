//! Finds an extension's manifest in its folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// Where a manifest may stand, best first.
const NAMES: [&str; 6] = [
    ".kiket/manifest.yaml",
    "extension.yaml",
    "extension.yml",
    "manifest.yaml",
    "manifest.yml",
    "manifest.json",
];
const EXTENSIONS: &str = ".kiket/extensions";
const NAME: &str = "manifest.yaml";

/// The manifest of the extension in this folder, or `None` when there is none.
///
/// It is the first of the [`candidates`]. The documents name all these places without an order; the
/// SDKs look at the same four names of a folder, one of them in another order.
///
/// # Errors
/// [`Error::Several`] when the best there is are several `.kiket/extensions/<key>/manifest.yaml`, and
/// [`Error::Unreadable`] when a place can not be looked at.
pub fn find(dir: &Path) -> Result<Option<PathBuf>, Error> {
    let mut found = candidates(dir)?;
    let keyed = dir.join(EXTENSIONS);
    if found.len() > 1 && found[0].starts_with(keyed) {
        return Err(Error::Several(found));
    }
    Ok(if found.is_empty() { None } else { Some(found.remove(0)) })
}

/// Every manifest in this folder, best first: `.kiket/manifest.yaml`, `extension.yaml`,
/// `extension.yml`, `manifest.yaml`, `manifest.yml`, `manifest.json`, and then every
/// `.kiket/extensions/<key>/manifest.yaml` in the order of the keys.
///
/// # Errors
/// [`Error::Unreadable`] when a place can not be looked at.
pub fn candidates(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for name in NAMES {
        let path = dir.join(name);
        if is_file(&path)? {
            found.push(path);
        }
    }
    found.extend(keyed(&dir.join(EXTENSIONS))?);
    Ok(found)
}

/// Every `<key>/manifest.yaml` of a folder, in the order of their names.
fn keyed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if is_absence(&cause) => return Ok(Vec::new()),
        Err(cause) => return Err(unreadable(folder, cause)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|cause| unreadable(folder, cause))?;
        let path = entry.path().join(NAME);
        if is_file(&path)? {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn is_file(path: &Path) -> Result<bool, Error> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(cause) if is_absence(&cause) => Ok(false),
        Err(cause) => Err(unreadable(path, cause)),
    }
}

fn is_absence(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    Error::Unreadable { path: path.to_owned(), cause }
}
