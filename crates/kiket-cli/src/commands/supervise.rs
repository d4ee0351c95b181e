//! `kiket supervise`: runs a program that must not outlive the process that started it.
//!
//! The cast: the *parent* holds the writing end of this process's standard input and never writes;
//! the *program* runs in a process group of its own, with this process's output streams.
//!
//! The promise: when the parent dies, in whatever way, the system closes its end, and the end of
//! input here is the sign to end the program: SIGTERM to its group, then SIGKILL after a grace.
//! SIGTERM to this process means the same. SIGINT and SIGHUP go to whole terminals and are left to
//! the parent to act on. Once the program has ended, whatever is left of its group is killed.
//!
//! Killing this process alone with SIGKILL breaks the promise. It has a process group of its own,
//! so that what kills the parent's group spares it.

use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::signal::unix::{self, SignalKind};
use tokio::time::timeout;

use crate::args::Supervise;
use crate::exit::Exit;
use crate::printer;

/// The exit code of a program that can not be started, as shells have it.
const NOT_STARTED: u8 = 127;
/// What shells add to the number of the signal that ended a program.
const SIGNALLED: i32 = 128;

/// Runs the program and answers with its exit code.
pub(crate) async fn run(args: Supervise) -> anyhow::Result<Exit> {
    let mut orders = Orders::listen()?;
    let program = match start(&args) {
        Ok(program) => program,
        Err(error) => {
            printer::error(&error);
            return Ok(Exit::Program(NOT_STARTED));
        }
    };
    let mut group = Group::of(program)?;
    let status = tokio::select! {
        status = group.leader.wait() => status?,
        () = orders.stop() => group.end(Duration::from_millis(args.grace_ms)).await?,
    };
    group.signal(Signal::KILL);
    Ok(exit_code(status))
}

fn start(args: &Supervise) -> anyhow::Result<Child> {
    let [program, arguments @ ..] = args.program.as_slice() else {
        anyhow::bail!("name the program to run");
    };
    anyhow::ensure!(args.dir.is_dir(), "`{}` is not a folder", args.dir.display());
    Command::new(program)
        .args(arguments)
        .current_dir(&args.dir)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| {
            let program = program.display();
            format!("can not start `{program}`; check that it is installed and may be run")
        })
}

/// The ways in which this process is told to end the program.
struct Orders {
    lifeline: pipe::Receiver,
    terminate: unix::Signal,
}

impl Orders {
    /// Begins to listen; from here on no signal but SIGKILL ends this process.
    fn listen() -> anyhow::Result<Self> {
        for left_to_the_parent in [SignalKind::interrupt(), SignalKind::hangup()] {
            // The signal's default action is gone for good, even when nobody listens any more.
            drop(unix::signal(left_to_the_parent)?);
        }
        let input = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self {
            lifeline: pipe::Receiver::from_owned_fd(input)
                .context("standard input must be a pipe that the parent holds open")?,
            terminate: unix::signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the first order to end the program.
    async fn stop(&mut self) {
        tokio::select! {
            () = end_of_input(&mut self.lifeline) => {}
            _ = self.terminate.recv() => {}
        }
    }
}

async fn end_of_input(lifeline: &mut pipe::Receiver) {
    let mut ignored = [0; 64];
    // A pipe that can not be read any more is as good as closed.
    while matches!(lifeline.read(&mut ignored).await, Ok(1..)) {}
}

/// The program and everything that it started and that stayed in its process group.
struct Group {
    leader: Child,
    id: Pid,
}

impl Group {
    fn of(leader: Child) -> anyhow::Result<Self> {
        let id = leader.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        Ok(Self { leader, id: id.context("the program has no process id")? })
    }

    /// Asks the group to end, and kills it when its leader is not gone after the grace.
    async fn end(&mut self, grace: Duration) -> io::Result<ExitStatus> {
        self.signal(Signal::TERM);
        if let Ok(status) = timeout(grace, self.leader.wait()).await {
            return status;
        }
        self.signal(Signal::KILL);
        self.leader.wait().await
    }

    fn signal(&self, signal: Signal) {
        // The only error that can occur says that nobody is left in the group.
        let _ = kill_process_group(self.id, signal);
    }
}

/// The code as shells have it: the program's own, or 128 and the number of the signal.
fn exit_code(status: ExitStatus) -> Exit {
    let code = status.code().or_else(|| Some(SIGNALLED + status.signal()?));
    code.and_then(|code| u8::try_from(code).ok()).map_or(Exit::Failed, Exit::Program)
}
