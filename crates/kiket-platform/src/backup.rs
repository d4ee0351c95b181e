//! Backing up a data directory while its platform runs.
//!
//! The copy is whole and has everything that was answered before it began. It holds the sealed
//! values and not their key: whoever restores it needs the master key beside it.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::Error;
use crate::{private_file, store};

/// Writes a copy of a data directory's database to a new file, which only its owner may read.
/// Neither the master key nor the admin token is in it.
///
/// # Errors
/// When the file exists already or can not be written, or when the directory holds no database.
pub async fn backup(data_dir: &Path, to: &Path) -> Result<(), Error> {
    let absolute = |path: &Path| std::path::absolute(path);
    let data_dir = absolute(data_dir)
        .map_err(|source| Error::DataDir { path: data_dir.to_owned(), source })?;
    let database = data_dir.join(store::FILE);
    database.metadata().map_err(|source| Error::DataDir { path: database, source })?;
    let failed = |source| Error::Backup { path: to.to_owned(), source };
    let to = absolute(to).map_err(failed)?;
    if to.try_exists().map_err(failed)? {
        return Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    // It has its name only once it is whole.
    let unfinished = private_file::create_beside(&to).map_err(failed)?;
    let copied = store::backup(&data_dir, &unfinished).await.map_err(Error::from);
    let finished = copied.and_then(|()| {
        File::open(&unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| private_file::rename(&unfinished, &to))
            .map_err(failed)
    });
    if finished.is_err() {
        // What could not be finished is of no use; the error says why.
        let _ = std::fs::remove_file(&unfinished);
    }
    finished
}
