//! Files and folders that only their owner may read: the data directory, the master key and the admin
//! token in it, backups.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file of mode 0600 under its name in one step, and makes it last a crash.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = create_beside(path)?;
    let mut file = OpenOptions::new().write(true).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    rename(&unfinished, path)
}

/// Makes an empty file of mode 0600 beside a file that it is to become.
pub(crate) fn create_beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = path.with_file_name(name);
    // What is there may be a link, or readable for others.
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&unfinished)?;
    Ok(unfinished)
}

/// Gives a whole file its name, and makes that last a crash.
pub(crate) fn rename(unfinished: &Path, path: &Path) -> io::Result<()> {
    std::fs::rename(unfinished, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Makes a directory of mode 0700, unless it is there, with whatever leads to it.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_stands_in_the_way_is_neither_followed_nor_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (path, unfinished) = (dir.path().join("key"), dir.path().join("key.unfinished"));
        let victim = dir.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        symlink(&victim, &unfinished).unwrap();
        write(&path, b"hush").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
        assert_eq!(std::fs::read(&path).unwrap(), b"hush");

        std::fs::write(&unfinished, "left behind, and readable for all").unwrap();
        std::fs::set_permissions(&unfinished, PermissionsExt::from_mode(0o666)).unwrap();
        write(&path, b"other").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"other");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
