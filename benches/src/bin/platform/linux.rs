//! The parts of the benchmark, in the order in which they run.

mod accepts;
mod callbacks;
mod custom_data;
mod deliveries;
mod floor;
mod memory;
mod process;
mod receiver;
mod requests;
mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// How the platform's figures are measured.
#[derive(Parser)]
struct Arguments {
    /// How long each row runs, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How often the accepts and their floor take turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the databases are made, so that a disk can be chosen.
    #[arg(long)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the row of custom data only.
    CustomData,
    /// Runs the rows of calls with runtime tokens only.
    Callbacks,
    /// Serves until its input ends; the benchmark starts it.
    #[command(hide = true)]
    Serve {
        data_dir: PathBuf,
        /// Whether it delivers what it accepts.
        #[arg(action = clap::ArgAction::Set)]
        deliver: bool,
    },
}

pub(crate) fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::Serve { data_dir, deliver }) = &arguments.command {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(serve::serve(data_dir, *deliver));
    }
    let folder = arguments.folder.unwrap_or_else(std::env::temp_dir);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        process::pin(process::LOAD_CORE);
        match arguments.command {
            Some(Command::CustomData) => return custom_data::print(&folder).await,
            Some(Command::Callbacks) => return callbacks::print(&folder, arguments.seconds).await,
            Some(Command::Serve { .. }) | None => {}
        }
        accepts::print(&folder, arguments.rounds, arguments.seconds).await?;
        deliveries::print(&folder, arguments.seconds).await?;
        memory::print(&folder).await?;
        custom_data::print(&folder).await?;
        callbacks::print(&folder, arguments.seconds).await
    })
}

/// Whether a figure meets its target.
fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// The value below which this share of the sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a place in a list of measurements"
    )]
    let at = ((sorted.len() as f64) * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    quantile(values, 0.5)
}
