//! Writes a new folder. What is there already is never touched.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::render::File;

/// Whether a new extension can be written there.
///
/// # Errors
/// When something is there already, other than an empty folder.
pub(super) fn check(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("can not look at `{shown}`")),
        Ok(found) if !found.is_dir() => {
            anyhow::bail!("`{shown}` is there already, and is no folder; write another name")
        }
        Ok(_) => {
            let mut entries =
                fs::read_dir(folder).with_context(|| format!("can not read `{shown}`"))?;
            anyhow::ensure!(
                entries.next().is_none(),
                "`{shown}` is there already, and is not empty; write another name, or empty it"
            );
            Ok(())
        }
    }
}

/// Writes the files, and the folders they lie in.
///
/// # Errors
/// When one can not be written. What was written before it stays.
pub(super) fn write(folder: &Path, files: &[File]) -> anyhow::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(parent)
            // A file that came in the meantime is not overwritten.
            .and_then(|()| fs::File::create_new(&path))
            .and_then(|mut new| new.write_all(file.content.as_bytes()));
        written.with_context(|| {
            format!("can not write `{}`; check that you may write there", path.display())
        })?;
    }
    Ok(())
}
