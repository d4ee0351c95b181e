//! The servers, each a process of its own on one core.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::net::TcpStream;

use crate::rows::Row;

pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;

/// The programs that serve.
pub(crate) struct Programs {
    pub(crate) webhook: PathBuf,
    /// With the allocator that counts.
    pub(crate) counting: Option<PathBuf>,
}

impl Programs {
    /// This program, and the one that counts allocations, which cargo builds now if it runs this.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let webhook = std::env::current_exe()?;
        let counting = webhook.with_file_name("webhook-counting");
        if let Some(cargo) = std::env::var_os("CARGO") {
            build_counting(Path::new(&cargo), &webhook)?;
        }
        let counting = counting.exists().then_some(counting);
        Ok(Self { webhook, counting })
    }
}

/// Builds it beside this program: in the same target folder, with the same profile.
fn build_counting(cargo: &Path, webhook: &Path) -> anyhow::Result<()> {
    let folder = webhook.parent().context("no target folder")?;
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    // What cargo has told this program about its package would make it build dependencies anew.
    let told = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    };
    let kept = std::env::vars_os().filter(|(name, _)| !told(name));
    let built = Command::new(cargo)
        .env_clear()
        .envs(kept)
        .args(["build", "--quiet", "--bin", "webhook-counting", "--profile", profile])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .arg("--target-dir")
        .arg(folder.parent().context("no target folder")?)
        .status()?;
    ensure!(built.success(), "the program that counts allocations can not be built");
    Ok(())
}

/// Keeps this process, and what it starts from now on, on one core. A machine with one core runs
/// everything on it: the ratios are still fair.
pub(crate) fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    let _ = sched_setaffinity(None, &cores);
}

/// A server that runs; it ends with this value.
pub(crate) struct Server {
    pub(crate) row: &'static Row,
    pub(crate) address: SocketAddr,
    /// How many deliveries it has had.
    pub(crate) sent: u64,
    /// How many connections it has opened to the API.
    pub(crate) connections: u64,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server with this program, which may not listen yet.
    pub(crate) fn spawn(
        row: &'static Row,
        mut program: Command,
        base_url: &str,
    ) -> anyhow::Result<Self> {
        let address = free_address()?;
        pin(SERVER_CORE);
        let process = program
            .args(["serve", row.name, &address.to_string(), base_url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        pin(LOAD_CORE);
        let mut process = process?;
        let questions = process.stdin.take().context("no input")?;
        let answers = BufReader::new(process.stdout.take().context("no output")?);
        Ok(Self { row, address, sent: 0, connections: 0, process, questions, answers })
    }

    /// Starts a server and waits until it listens.
    pub(crate) async fn start(
        row: &'static Row,
        program: Command,
        base_url: &str,
    ) -> anyhow::Result<Self> {
        let mut server = Self::spawn(row, program, base_url)?;
        server.connect().await?;
        Ok(server)
    }

    /// The first connection that the server takes.
    pub(crate) async fn connect(&mut self) -> anyhow::Result<TcpStream> {
        loop {
            match TcpStream::connect(self.address).await {
                Ok(stream) => return Ok(stream),
                // Timers are too coarse for a start of a few milliseconds.
                Err(_) => tokio::task::yield_now().await,
            }
            if let Some(status) = self.process.try_wait()? {
                let (name, address) = (self.row.name, self.address);
                bail!(
                    "`{name}` ended with {status}; see why: webhook serve {name} {address} http://x"
                );
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How many allocations it has made, if it counts them.
    pub(crate) fn allocations(&mut self) -> anyhow::Result<u64> {
        self.questions.write_all(b"allocations\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }

    /// Ends it so that it may still write something.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.process), Signal::TERM)?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that was free just now.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
