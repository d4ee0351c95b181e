//! The parent's side of [`crate::commands::supervise`]: a child that can not outlive this process.

use std::env;
use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// A program that runs under a supervisor. Dropping this, and the death of this process, end it.
pub(crate) struct Supervised {
    /// The program's standard output.
    pub(crate) stdout: Option<ChildStdout>,
    /// The program's standard error, when it was asked to be piped.
    pub(crate) stderr: Option<ChildStderr>,
    supervisor: Child,
    /// Never written to: that it closes is the message.
    lifeline: Option<ChildStdin>,
}

impl Supervised {
    /// Starts the program with the arguments, environment and folder of a command.
    ///
    /// That the program itself can not be started shows as its exit code 127.
    ///
    /// # Errors
    /// When the supervisor can not be started.
    pub(crate) fn spawn(program: &std::process::Command, stderr: Stdio) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("supervise").arg("--dir");
        match program.get_current_dir() {
            Some(dir) => command.arg(dir),
            None => command.arg("."),
        };
        command.arg("--").arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut supervisor = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .process_group(0)
            .spawn()?;
        Ok(Self {
            stdout: supervisor.stdout.take(),
            stderr: supervisor.stderr.take(),
            // Waiting for a child closes its standard input if that is still inside.
            lifeline: supervisor.stdin.take(),
            supervisor,
        })
    }

    /// Waits for the program to end by itself. A signal that ended it shows as 128 and its number.
    ///
    /// # Errors
    /// When the system can not tell.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.supervisor.wait().await
    }

    /// Ends the program and waits until it is gone, at most a little longer than the grace.
    ///
    /// # Errors
    /// When the system can not tell.
    pub(crate) async fn stop(mut self) -> io::Result<ExitStatus> {
        drop(self.lifeline.take());
        self.supervisor.wait().await
    }
}
