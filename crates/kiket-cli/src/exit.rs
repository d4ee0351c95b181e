//! What a command ends with: the same codes for all of them.

use std::io;
use std::process::ExitCode;

/// How a command ended, by the code that the shell sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: it did what it is for.
    Ok,
    /// 1: it could not.
    Failed,
    /// 2: the command line, or what it was set up with, is wrong. The parser ends with it too.
    Usage,
    /// 3: a token is missing, or opens nothing.
    Authentication,
    /// 4: what was given can not be meant so.
    Validation,
    /// 5: the platform can not be reached, or failed.
    Remote,
    /// 130: the user ended it, or did not consent.
    Cancelled,
    /// The code of a program that this one ran in its place.
    Program(u8),
}

/// A mistake in how the command was called, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(pub(crate) String);

/// Something that was given can not be meant so, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Invalid(pub(crate) String);

impl Exit {
    /// What the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Authentication => 3,
            Self::Validation => 4,
            Self::Remote => 5,
            Self::Cancelled => 130,
            Self::Program(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Whether the error is only that nobody reads the output any more, as after `| head`.
pub(crate) fn is_reader_gone(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
