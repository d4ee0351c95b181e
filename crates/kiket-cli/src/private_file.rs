//! Files that only their owner may read.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file of mode 0600 so that others see the old content or the new one, never a part.
///
/// # Errors
/// When the folder can not be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = unnamed(path, content)?;
    file.persist(path)?;
    Ok(())
}

/// The same, locked from before it has its name until the file is closed.
///
/// # Errors
/// When the folder can not be written, or the file system knows no locks.
pub(crate) fn write_locked(path: &Path, content: &[u8]) -> io::Result<File> {
    let file = unnamed(path, content)?;
    file.as_file().lock()?;
    Ok(file.persist(path)?)
}

/// A file of mode 0600 that is to take this place, see [`finish`]. It goes when it is dropped before.
///
/// # Errors
/// When the folder can not be written.
pub(crate) fn begin(path: &Path) -> io::Result<NamedTempFile> {
    // Its mode is 0600 from the start.
    NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))
}

/// Puts a file into its place.
///
/// # Errors
/// When it can not be written to the end, or not be put there.
pub(crate) fn finish(mut file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn unnamed(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = begin(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes a folder of mode 0700 with whatever leads to it, unless it is there.
///
/// # Errors
/// When it can not be made.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
