//! The platform as a process of its own, on a core of its own, and what that costs.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::thread::{CpuSet, sched_setaffinity};

pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;
/// CPU time in /proc is in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// Keeps this process, and what it starts from now on, on one core.
pub(crate) fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    // A machine with one core runs everything on it.
    let _ = sched_setaffinity(None, &cores);
}

/// A platform that runs until this value is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) admin_token: String,
    process: Child,
    _input: Option<ChildStdin>,
}

/// User and system time of a process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
}

impl Server {
    pub(crate) fn start(data_dir: &Path, deliver: bool) -> anyhow::Result<Self> {
        pin(SERVER_CORE);
        let process = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg(data_dir)
            .arg(deliver.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        pin(LOAD_CORE);
        let mut process = process?;
        let output = process.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let (address, token) = line.trim().split_once(' ').context("the server did not start")?;
        let input = process.stdin.take();
        let (address, admin_token) = (address.parse()?, token.to_owned());
        Ok(Self { address, admin_token, process, _input: input })
    }

    pub(crate) fn cpu(&self) -> anyhow::Result<Cpu> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let after_name = stat.rsplit_once(')').context("the server is gone")?.1;
        let mut fields = after_name.split(' ').skip(12);
        let mut ticks =
            || -> anyhow::Result<u32> { Ok(fields.next().context("no time")?.parse()?) };
        Ok(Cpu { user: TICK * ticks()?, system: TICK * ticks()? })
    }

    pub(crate) fn resident_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_ascii_whitespace().nth(1));
        Ok(kib.context("no resident memory")?.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Cpu {
    pub(crate) fn since(self, before: Self) -> Self {
        Self { user: self.user - before.user, system: self.system - before.system }
    }
}
