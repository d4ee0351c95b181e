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

fn unnamed(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    // Its mode is 0600 from the start.
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
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
