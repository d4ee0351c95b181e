//! The note that a running `kiket dev` leaves for the other commands: where it listens, and its token.
//!
//! It is locked as long as `kiket dev` runs, however that ends: one that is not locked is left over.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_contract::secret::Secret;
use serde::Deserialize;
use serde_json::json;

use super::Origin;
use crate::private_file;

const NAME: &str = "session.json";
/// Names another place for what `kiket dev` keeps than the extension's folder.
pub(crate) const HOME: &str = "KIKET_HOME";

/// A `kiket dev` that runs.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) url: Origin,
    pub(crate) token: Secret,
    /// The file that says so.
    pub(crate) path: PathBuf,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) running: Option<Session>,
    /// Files of those that do not run any more.
    pub(crate) stale: Vec<PathBuf>,
}

/// The file of this process. It goes when this is dropped.
pub(crate) struct Announced {
    path: PathBuf,
    _locked: File,
}

#[derive(Deserialize)]
struct Written {
    url: String,
    token: Secret,
    folder: PathBuf,
}

impl Announced {
    /// Writes the file into the data directory of an extension in this folder.
    pub(crate) fn write(
        data_dir: &Path,
        folder: &Path,
        url: &str,
        token: &Secret,
    ) -> anyhow::Result<Self> {
        let path = data_dir.join(NAME);
        let content = json!({ "url": url, "token": token.expose(), "folder": folder }).to_string();
        let locked = private_file::write_locked(&path, content.as_bytes())
            .with_context(|| format!("can not write {}", path.display()))?;
        Ok(Self { path, _locked: locked })
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        // Left behind, it is not locked any more, which readers notice.
        let _ = fs::remove_file(&self.path);
    }
}

/// Where `kiket dev` keeps what it keeps for the extensions of a folder, each below its id.
pub(crate) fn directory(extension: &Path) -> PathBuf {
    let home = env::var_os(HOME).filter(|home| !home.is_empty());
    home.map_or_else(|| extension.join(".kiket"), PathBuf::from).join("dev")
}

/// The `kiket dev` of the folder or of its nearest parent.
pub(crate) fn find(folder: &Path) -> Found {
    let mut found = Found::default();
    for parent in folder.ancestors() {
        let Ok(entries) = fs::read_dir(directory(parent)) else { continue };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path().join(NAME)).collect();
        paths.sort();
        for path in paths {
            match look(&path, parent) {
                Some(Ok(session)) => {
                    found.running = Some(session);
                    return found;
                }
                Some(Err(Stale)) => found.stale.push(path),
                None => {}
            }
        }
    }
    found
}

struct Stale;

/// The session of a file that is about this folder, if it can be read.
fn look(path: &Path, folder: &Path) -> Option<Result<Session, Stale>> {
    let file = File::open(path).ok()?;
    let is_running = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let written: Written = serde_json::from_str(&io::read_to_string(file).ok()?).ok()?;
    if written.folder != folder {
        return None;
    }
    if !is_running {
        return Some(Err(Stale));
    }
    let url = Origin::parse(&written.url).ok()?;
    Some(Ok(Session { url, token: written.token, path: path.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_as_long_as_it_is_announced() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join(".kiket/dev/com.example.crm");
        fs::create_dir_all(&data_dir).unwrap();
        let (url, token) = ("http://127.0.0.1:4000", Secret::from("hush"));
        let announced = Announced::write(&data_dir, folder.path(), url, &token).unwrap();
        let below = folder.path().join("src/deep");
        let session = find(&below).running.unwrap();
        assert_eq!((session.url.as_str(), &session.token), (url, &token));
        drop(announced);
        let found = find(&below);
        assert!(found.running.is_none() && found.stale.is_empty());
    }
}
