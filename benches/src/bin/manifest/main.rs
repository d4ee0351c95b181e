//! What a manifest costs to read and lint, and what a hostile one can cost at most; see the README.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

#[cfg(target_os = "linux")]
mod commands;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(target_os = "linux")]
mod inputs;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => {
            commands::print()?;
            println!();
            hostile::print()
        }
        (Some(hostile::COMMAND), Some(name)) => hostile::read(&name),
        (Some(other), _) => anyhow::bail!("`{other}` is unknown; this takes no arguments"),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the benchmark reads its figures from Linux, and runs there only")
}

/// Whether a target was met, in one word.
#[cfg(target_os = "linux")]
fn verdict(figure: f64, below: f64) -> &'static str {
    if figure < below { "met" } else { "missed" }
}
