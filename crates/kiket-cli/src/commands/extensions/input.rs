//! The manifest that a command works on.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_manifest::{Document, Error, LARGEST};

use super::replace::replace;
use crate::printer;

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A manifest and where it came from.
pub(super) struct Input {
    /// The manifest's file, unless it is standard input.
    path: Option<PathBuf>,
    /// The folder that was named, when it was not the manifest itself.
    folder: Option<PathBuf>,
    /// How the text begins, before what the document has of it.
    prefix: &'static str,
    /// Whether the document has the whole text, and not only what could be read of it.
    is_whole: bool,
    /// What was read.
    pub(super) document: Document,
}

impl Input {
    /// Reads a file, the manifest in a folder, or standard input.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        if path == STANDARD_INPUT {
            let bytes = bounded(io::stdin().lock()).context("can not read standard input")?;
            return Ok(Self::of(None, &bytes));
        }
        let folder = path.is_dir().then(|| path.to_owned());
        let path = located(path)?;
        match File::open(&path).and_then(bounded) {
            Ok(bytes) => Ok(Self { folder, ..Self::of(Some(path), &bytes) }),
            Err(cause) => Err(Error::Unreadable { path, cause }.into()),
        }
    }

    fn of(path: Option<PathBuf>, bytes: &[u8]) -> Self {
        let document = Document::from_bytes(bytes);
        let without = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes());
        let prefix = if without.is_some() { BYTE_ORDER_MARK } else { "" };
        let is_whole = without.unwrap_or(bytes) == document.text().as_bytes();
        Self { path, folder: None, prefix, is_whole, document }
    }

    /// What people call it.
    pub(super) fn name(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(|| "standard input".into(), |path| path.display().to_string())
    }

    /// The manifest's file, unless it is standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that was named, when it was not the manifest itself.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Whether the document has the whole text. Otherwise nothing can take its place.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Puts another text in the place of this one: in its file, or on standard output.
    pub(super) fn write(&self, text: &str) -> anyhow::Result<()> {
        let text = format!("{}{text}", self.prefix);
        match &self.path {
            Some(path) => replace(path, text.as_bytes()).with_context(|| {
                format!("can not write `{}`; check that you may write there", path.display())
            }),
            None => Ok(printer::exactly(&text)?),
        }
    }
}

/// The file itself, or the manifest in a folder.
fn located(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let found = kiket_manifest::find(path)?.with_context(|| {
        let dir = path.display();
        format!("there is no manifest in `{dir}`; name the file, or write `.kiket/manifest.yaml`")
    })?;
    Ok(plain(found))
}

/// The path without the folder that everything is in.
pub(super) fn plain(path: PathBuf) -> PathBuf {
    path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)
}

/// All bytes, and one more than [`LARGEST`] when there are too many.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
