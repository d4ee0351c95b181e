//! What can be wrong with a manifest.

use std::fmt;
use std::path::PathBuf;

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
    /// The text is longer than [`crate::LARGEST`].
    #[error("the manifest is larger than {} KiB; move long texts out of it", crate::LARGEST / 1024)]
    TooLarge,
    /// The file is not text.
    #[error("the manifest is not UTF-8 (byte {offset} is wrong); save it as UTF-8")]
    NotUtf8 {
        /// The first wrong byte, counted from 0.
        offset: usize,
    },
    /// The text is neither YAML nor JSON, or is built to cost much.
    #[error("{position}: {problem}; correct the YAML or JSON there")]
    Syntax {
        /// Where reading stopped.
        position: Position,
        /// What was wrong.
        problem: String,
    },
    /// A member is missing or has a value that can not be used.
    #[error("{position}: `{member}` {problem}")]
    Member {
        /// The member's path, such as `extension.callback.timeout`.
        member: String,
        /// Where it stands.
        position: Position,
        /// What is wrong and what to write.
        problem: String,
    },
    /// The content of this file is wrong.
    #[error("{}: {cause}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: Box<Error>,
    },
}

/// A place in a manifest's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
}

impl Position {
    pub(crate) fn of(location: serde_saphyr::Location) -> Self {
        Self { line: location.line(), column: location.column() }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}
