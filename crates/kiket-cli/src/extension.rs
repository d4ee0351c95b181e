//! An extension that this program builds and runs: what it is, how it is built, how it is started.
//!
//! The cast: an [`Extension`] is a folder; building it gives a [`Program`], which can describe
//! itself; starting that gives a [`Running`] one, which has answered its health check. Both the build
//! and the extension run under a supervisor, so that neither outlives this process.

mod cargo;
mod describe;
mod health;
mod output;
mod running;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

pub(crate) use output::Line;
pub(crate) use running::{Place, Running};

/// An extension's source.
#[derive(Debug)]
pub(crate) struct Extension {
    dir: PathBuf,
}

/// An extension that is built.
#[derive(Debug)]
pub(crate) struct Program {
    dir: PathBuf,
    executable: PathBuf,
}

impl Extension {
    /// The extension in this folder.
    ///
    /// # Errors
    /// When there is nothing in it that can be run.
    pub(crate) fn at(dir: PathBuf) -> anyhow::Result<Self> {
        anyhow::ensure!(
            dir.join(cargo::MANIFEST).is_file(),
            "`{}` has no {}: what can be run is an extension in Rust; name the folder of its package",
            dir.display(),
            cargo::MANIFEST,
        );
        Ok(Self { dir })
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Builds the extension. What the compiler says goes to standard error as it comes.
    ///
    /// # Errors
    /// When it does not build, or is not exactly one program.
    pub(crate) async fn build(self) -> anyhow::Result<Program> {
        let executable = cargo::build(&self.dir).await?;
        Ok(Program { dir: self.dir, executable })
    }
}

/// A port of this machine that nobody listens on. Somebody else may take it before it is used.
///
/// # Errors
/// When the system has none.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
