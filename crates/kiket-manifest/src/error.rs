//! Why there is no manifest.

use std::fmt;
use std::path::PathBuf;

use crate::finding::Finding;
use crate::source::Position;

/// Why a manifest can not be used. The text says what is wrong, where, and what to do.
///
/// No text shows a value of the manifest that may be secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder can not be read.
    #[error("can not read `{}`: {cause}; check that it exists and may be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// One folder holds the manifests of several extensions.
    #[error("found several manifests ({}); say which one to use", listed(.0))]
    Several(Vec<PathBuf>),
    /// The content is wrong.
    #[error(transparent)]
    Invalid(Box<Invalid>),
}

/// The first error of a manifest.
#[derive(Debug)]
#[non_exhaustive]
pub struct Invalid {
    /// The manifest's file, when it was read from one.
    pub file: Option<PathBuf>,
    /// Where the first error is.
    pub position: Position,
    /// The first error.
    pub finding: Finding,
    /// How many more errors there are.
    pub more: usize,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        match &self.file {
            Some(file) => write!(f, "{}:{line}:{column}: ", file.display())?,
            None => write!(f, "{}: ", self.position)?,
        }
        f.write_str(&self.finding.message)?;
        if let Some(help) = &self.finding.help {
            write!(f, "; {help}")?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str(" (and 1 more error)"),
            more => write!(f, " (and {more} more errors)"),
        }
    }
}

impl std::error::Error for Invalid {}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}
