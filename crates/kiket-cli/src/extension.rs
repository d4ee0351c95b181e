//! An extension that this program builds and runs: what it is, how it is built, how it is started.
//!
//! The cast: an [`Extension`] is a folder, with a package of Cargo or a command that starts it;
//! building it gives a [`Program`], which can describe itself; starting that gives a [`Running`] one,
//! which has answered its health check. Both the build and the extension run under a supervisor, so
//! that neither outlives this process.

mod alone;
mod caller;
mod cargo;
mod describe;
mod health;
mod made;
mod output;
mod running;

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::settings::project;
pub(crate) use alone::{Alone, Started, at_or_above, start_alone};
pub(crate) use caller::{Caller, Said};
pub(crate) use made::{Kiket, Made, Proof};
pub(crate) use output::{Line, Outlet};
pub(crate) use running::{Place, Running};

/// An extension's source.
#[derive(Debug)]
pub(crate) struct Extension {
    dir: PathBuf,
    /// The program that starts it and its arguments; without one it is a package of Cargo.
    command: Option<Vec<String>>,
}

/// An extension that is built.
#[derive(Debug)]
pub(crate) struct Program {
    dir: PathBuf,
    program: OsString,
    arguments: Vec<String>,
    /// Whether it is made with the SDK, which answers a health check.
    knows_health: bool,
}

impl Extension {
    /// The extension in this folder, started by the command of its `kiket.toml`, or else a package of
    /// Cargo.
    ///
    /// # Errors
    /// When there is nothing in it that can be run.
    pub(crate) fn at(dir: PathBuf) -> anyhow::Result<Self> {
        let command = project::command(&dir)?;
        anyhow::ensure!(
            command.is_some() || dir.join(cargo::MANIFEST).is_file(),
            "`{}` has no {}, so it is no extension in Rust: name its folder, or write `command = \
             \"…\"` with what starts it to its {}",
            dir.display(),
            cargo::MANIFEST,
            project::NAME,
        );
        Ok(Self { dir, command })
    }

    /// The extension in this folder, started by a program with its arguments.
    pub(crate) fn started_by(dir: PathBuf, command: Vec<String>) -> Self {
        Self { dir, command: Some(command) }
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Builds the extension, unless it is started by a command. What the compiler says goes to
    /// standard error as it comes.
    ///
    /// # Errors
    /// When it does not build, or is not exactly one program.
    pub(crate) async fn build(&self) -> anyhow::Result<Program> {
        let dir = self.dir.clone();
        if let Some([program, arguments @ ..]) = self.command.as_deref() {
            let (program, arguments) = (program.into(), arguments.to_vec());
            return Ok(Program { dir, program, arguments, knows_health: false });
        }
        let program = cargo::build(&self.dir).await?.into();
        Ok(Program { dir, program, arguments: Vec::new(), knows_health: true })
    }
}

impl Program {
    /// What runs it, in its folder and without what an outer Cargo left.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        cargo::forget_cargo(&mut command);
        command.args(&self.arguments).current_dir(&self.dir);
        command
    }
}

/// A port of this machine that nobody listens on. Somebody else may take it before it is used.
///
/// # Errors
/// When the system has none.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
