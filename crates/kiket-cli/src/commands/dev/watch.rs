//! Notices that the files of an extension have changed.
//!
//! What the system tells only wakes: the files are looked at then, and compared with how they were. So
//! a file that was written as it was before is no change, and one rule says which files count.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use ignore::{DirEntry, WalkBuilder};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

/// How long nothing may change before what changed is looked at.
const QUIET: Duration = Duration::from_millis(100);
/// What builds and tools write, wherever it is and whatever `.gitignore` says.
const LEFT_OUT: [&str; 6] =
    [".git", "target", "node_modules", "__pycache__", "Cargo.lock", ".venv"];
/// Where `kiket dev` keeps what it keeps.
const OURS: &str = ".kiket/dev";

/// The files of a folder, watched.
pub(super) struct Watch {
    folder: PathBuf,
    watcher: RecommendedWatcher,
    woken: UnboundedReceiver<()>,
    watched: HashSet<PathBuf>,
    seen: Seen,
}

/// When each file was changed, and how large it is.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

impl Watch {
    /// Watches a folder from now on.
    ///
    /// # Errors
    /// When the system can not watch it.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let (wake, woken) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |_| {
            // Nobody waits any more when the receiver is gone.
            let _ = wake.send(());
        });
        let mut watch = Self {
            folder: folder.to_owned(),
            watcher: watcher.context("can not watch for changes")?,
            woken,
            watched: HashSet::new(),
            seen: Seen::new(),
        };
        watch.watch_folders(folder)?;
        watch.seen = watch.look();
        Ok(watch)
    }

    /// Waits until a file is not as it was when this ended the last time.
    pub(super) async fn changed(&mut self) {
        loop {
            // Before anything is waited for: whoever waited the last time may have given up.
            let now = self.look();
            if now != self.seen {
                self.seen = now;
                return;
            }
            if self.woken.recv().await.is_none() {
                // Nothing wakes any more.
                std::future::pending::<()>().await;
            }
            while let Ok(Some(())) = timeout(QUIET, self.woken.recv()).await {}
        }
    }

    /// The files as they are now. Folders that are new are watched from now on.
    fn look(&mut self) -> Seen {
        let mut seen = Seen::new();
        for entry in self.entries() {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if is_folder {
                if !self.watched.contains(entry.path()) {
                    // A folder that is gone already needs no watch.
                    let _ = self.watch_folders(entry.path());
                }
            } else if let Ok(known) = entry.metadata() {
                seen.insert(entry.into_path(), (known.modified().ok(), known.len()));
            }
        }
        self.watched.retain(|folder| folder.is_dir());
        seen
    }

    fn watch_folders(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .with_context(|| format!("can not watch {} for changes", folder.display()))?;
        self.watched.insert(folder.to_owned());
        Ok(())
    }

    fn entries(&self) -> Vec<DirEntry> {
        let ours = self.folder.join(OURS);
        let counts = move |entry: &DirEntry| {
            entry.path() != ours
                && entry.file_name().to_str().is_none_or(|name| !LEFT_OUT.contains(&name))
        };
        let mut walk = WalkBuilder::new(&self.folder);
        walk.hidden(false).require_git(false).filter_entry(counts);
        // What can not be read does not count.
        walk.build().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Whether one more look sees something else than the last one.
    fn sees(watch: &mut Watch) -> bool {
        let now = watch.look();
        let sees = now != watch.seen;
        watch.seen = now;
        sees
    }

    #[test]
    fn sources_count_and_what_is_made_from_them_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for dir in ["src", "target", ".kiket/dev", "node_modules/x", ".git"] {
            fs::create_dir_all(path(dir)).unwrap();
        }
        fs::write(path(".gitignore"), "*.sqlite\n").unwrap();
        let mut watch = Watch::of(folder.path()).unwrap();
        for made in
            ["target/x", ".kiket/dev/x", "node_modules/x/y", ".git/HEAD", "Cargo.lock", "a.sqlite"]
        {
            fs::write(path(made), "x").unwrap();
            assert!(!sees(&mut watch), "{made}");
        }
        for source in ["src/main.rs", ".kiket/manifest.yaml", "server.js", ".env"] {
            fs::write(path(source), "x").unwrap();
            assert!(sees(&mut watch), "{source}");
        }
        fs::remove_file(path("server.js")).unwrap();
        assert!(sees(&mut watch));
    }

    #[tokio::test]
    async fn a_file_in_a_folder_that_was_made_later_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::of(folder.path()).unwrap();
        let below = folder.path().join("src/handlers");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("a.rs"), "1").unwrap();
        watch.changed().await;
        fs::write(below.join("a.rs"), "22").unwrap();
        watch.changed().await;
    }
}
