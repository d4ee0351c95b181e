//! Looks into a folder and never out of it.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{File, Unread};
use crate::{Document, Error, LARGEST};

/// The most names of one folder that are looked at.
const NAMES: usize = 1000;
/// The most files that are opened.
const FILES: usize = 200;
/// The most that is read of all files together, in bytes.
const BYTES: usize = 8 * 1024 * 1024;

/// A walk through one folder, with what is left of its budget.
pub(super) struct Walk {
    /// Without links, so that what lies in it is known by its path.
    root: PathBuf,
    files: usize,
    bytes: usize,
    unread: Vec<Unread>,
}

impl Walk {
    pub(super) fn at(dir: &Path) -> Result<Self, Error> {
        let root = fs::canonicalize(dir)
            .map_err(|cause| Error::Unreadable { path: dir.to_owned(), cause })?;
        Ok(Self { root, files: FILES, bytes: BYTES, unread: Vec::new() })
    }

    /// What could not be read, in the order of the paths.
    pub(super) fn finish(mut self) -> Vec<Unread> {
        self.unread.sort_by(|a, b| a.path.cmp(&b.path));
        self.unread.dedup_by(|a, b| a.path == b.path);
        self.unread
    }

    /// The names in a folder, in their order; none when it is absent or no folder.
    pub(super) fn names(&mut self, path: &Path) -> Vec<String> {
        let Some(real) = self.real(path).filter(|real| real.is_dir()) else { return Vec::new() };
        let names = fs::read_dir(real).and_then(|entries| {
            entries.take(NAMES + 1).map(|entry| Ok(entry?.file_name())).collect()
        });
        let names: Vec<OsString> = match names {
            Ok(names) => names,
            Err(cause) => {
                self.note(path, format!("can not be read: {cause}"));
                return Vec::new();
            }
        };
        if names.len() > NAMES {
            self.note(path, format!("holds more than {NAMES} files"));
        }
        let mut texts = Vec::new();
        for name in names.into_iter().take(NAMES) {
            match name.into_string() {
                Ok(name) => texts.push(name),
                Err(name) => self.note(&path.join(name), "has a name that is no text".to_owned()),
            }
        }
        texts.sort();
        texts
    }

    /// The folders in a folder, in the order of their names, without hidden ones.
    pub(super) fn folders(&mut self, path: &Path) -> Vec<PathBuf> {
        let names = self.names(path).into_iter().filter(|name| !name.starts_with('.'));
        let paths: Vec<_> = names.map(|name| path.join(name)).collect();
        paths.into_iter().filter(|path| self.is_folder(path)).collect()
    }

    pub(super) fn is_folder(&mut self, path: &Path) -> bool {
        self.real(path).is_some_and(|real| real.is_dir())
    }

    /// The file, unless it is absent; what can not be read is noted.
    pub(super) fn file(&mut self, path: PathBuf) -> Option<File> {
        let bytes = self.bytes(&path)?;
        Some(File { document: Document::beside(&bytes), path })
    }

    /// At most one byte more than [`LARGEST`].
    pub(super) fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        let real = self.real(path)?;
        // Opening something else, such as a pipe, might wait for ever.
        if !real.is_file() {
            self.note(path, "is no file".to_owned());
            return None;
        }
        if self.files == 0 || self.bytes == 0 {
            self.note(path, "is one more than are read".to_owned());
            return None;
        }
        match bounded(&real) {
            Ok(bytes) => {
                self.files -= 1;
                self.bytes = self.bytes.saturating_sub(bytes.len());
                Some(bytes)
            }
            Err(cause) => {
                self.note(path, format!("can not be read: {cause}"));
                None
            }
        }
    }

    /// Where something is when links are followed, unless that is nowhere or outside the folder.
    fn real(&mut self, path: &Path) -> Option<PathBuf> {
        match fs::canonicalize(self.root.join(path)) {
            Ok(real) if real.starts_with(&self.root) => Some(real),
            Ok(_) => {
                self.note(path, "is a link that leads out of the folder".to_owned());
                None
            }
            Err(cause) if is_absence(&cause) => None,
            Err(cause) => {
                self.note(path, format!("can not be read: {cause}"));
                None
            }
        }
    }

    fn note(&mut self, path: &Path, why: String) {
        self.unread.push(Unread { path: path.to_owned(), why });
    }
}

fn is_absence(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
