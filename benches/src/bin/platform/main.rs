//! The benchmark of the platform: how fast it accepts events, how soon it delivers them, what a
//! hung extension costs the others, what waits in memory, how soon records are found, and what a call
//! with a runtime token costs. The README of the benchmarks says how to read it.

#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its results")]
mod linux;

/// The one that `kiket` has.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the benchmark reads its figures from Linux, and runs there only")
}
