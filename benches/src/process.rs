//! The servers, each a process of its own on one core.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use kiket_sdk::prelude::*;
use tokio::net::TcpListener;

use crate::delivery::{EVENT, SECRET};
use crate::floors;
use crate::handler::{Answer, IssueCreated, handle};
use crate::load::{self, Round};

pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;
/// User CPU time in /proc is counted in hundredths of a second on Linux.
const TICK: Duration = Duration::from_millis(10);

/// What serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    FloorA,
    FloorB,
    Sdk,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::FloorA, Self::Sdk, Self::FloorB];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FloorA => "floor A, axum",
            Self::FloorB => "floor B, hyper",
            Self::Sdk => "kiket-sdk, as shipped",
        }
    }

    fn argument(self) -> &'static str {
        match self {
            Self::FloorA => "axum",
            Self::FloorB => "hyper",
            Self::Sdk => "sdk",
        }
    }

    pub(crate) fn parse(argument: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.argument() == argument)
    }
}

/// Serves in this process, and prints the address first.
pub(crate) async fn serve(kind: Kind) -> anyhow::Result<()> {
    pin(SERVER_CORE);
    if kind == Kind::Sdk {
        let bound = Extension::new("com.example.bench")
            .environment(|_| None)
            .webhook_secret(SECRET)
            .webhook(EVENT, "v1", async |payload: IssueCreated, _: Context| -> Result<Answer> {
                Ok(handle(&payload))
            })
            .bind("127.0.0.1:0")
            .await?;
        println!("{}", bound.local_addr());
        bound.serve_until(std::future::pending()).await;
        return Ok(());
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    match kind {
        Kind::FloorA => floors::axum(listener).await,
        _ => floors::hyper(listener).await,
    }
}

/// Keeps this process on one core, where the system can.
pub(crate) fn pin(core: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut cores = rustix::thread::CpuSet::new();
        cores.set(core);
        // A machine with one core runs both on it: the ratios are still fair.
        let _ = rustix::thread::sched_setaffinity(None, &cores);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = core;
}

/// A server that runs; it ends with this value.
pub(crate) struct Server {
    kind: Kind,
    process: Child,
    address: SocketAddr,
    sent: u64,
}

impl Server {
    pub(crate) fn start(kind: Kind) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", kind.argument()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().context("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self { kind, process, address: line.trim().parse()?, sent: 0 })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// One round of load, with what it cost this process.
    pub(crate) async fn round(&mut self, length: Duration) -> anyhow::Result<Round> {
        let before = self.user_time()?;
        let mut round = load::run(self.address, length, self.sent).await?;
        self.sent += round.requests;
        round.user = self.user_time()?.saturating_sub(before);
        round.resident_kib = self.resident_kib()?;
        Ok(round)
    }

    fn user_time(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let after_name = stat.rsplit_once(')').context("the process is gone")?.1;
        let ticks: u32 = after_name.split(' ').nth(12).context("no user time")?.parse()?;
        Ok(TICK * ticks)
    }

    fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
        Ok(number.context("no resident memory")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
