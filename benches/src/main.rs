//! The benchmark of one signed webhook, see the README beside it.

#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    kiket_benches::main(None)
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the benchmark reads its figures from Linux, and runs there only")
}
