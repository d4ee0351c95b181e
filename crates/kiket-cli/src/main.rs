//! The command line of Kiket: build, run and operate extensions.

#![forbid(unsafe_code)]

mod args;
mod ask;
mod commands;
mod dotenv;
mod exit;
mod extension;
mod https;
mod installing;
mod operator;
mod output;
mod printer;
mod private_file;
mod settings;
mod supervisor;
mod terminal;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit::{Exit, Invalid, Misuse};

/// The platform allocates in one thread what it frees in another, which the system's allocator does
/// slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let exit = run(Args::parse().command).unwrap_or_else(|error| {
        if !exit::is_reader_gone(&error) {
            printer::error(&error);
        }
        exit_of(&error)
    });
    exit.into()
}

/// The code that goes with an error, by its kind.
fn exit_of(error: &anyhow::Error) -> Exit {
    let of_cause = |cause: &(dyn std::error::Error + 'static)| {
        if let Some(error) = cause.downcast_ref::<operator::Error>() {
            Some(error.exit())
        } else if cause.is::<Misuse>() {
            Some(Exit::Usage)
        } else {
            cause.is::<Invalid>().then_some(Exit::Validation)
        }
    };
    error.chain().find_map(of_cause).unwrap_or(Exit::Failed)
}

fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Actions(args) => in_runtime(commands::actions::run(args)),
        Command::Auth(args) => in_runtime(commands::auth::run(args)),
        Command::Backup(args) => in_runtime(commands::backup::run(args)),
        Command::Completions(args) => commands::generate::completions(&args),
        Command::CustomData(args) => in_runtime(commands::custom_data::run(args)),
        Command::Deliveries(args) => in_runtime(commands::deliveries::run(args)),
        Command::Dev(args) => in_runtime(commands::dev::run(args)),
        Command::Doctor(args) => in_runtime(commands::doctor::run(args)),
        Command::Events(args) => commands::events::run(args),
        Command::Extensions(args) => commands::extensions::run(args),
        Command::Guards(args) => in_runtime(commands::guards::run(args)),
        Command::Installations(args) => in_runtime(commands::installations::run(args)),
        Command::Man(args) => commands::generate::man(&args),
        Command::Marketplace(args) => in_runtime(commands::marketplace::run(args)),
        Command::MasterKey(args) => in_runtime(commands::master_key::run(args)),
        Command::Secrets(args) => in_runtime(commands::secrets::run(args)),
        Command::Serve(args) => in_runtime(commands::serve::run(*args)),
        Command::Sla(args) => in_runtime(commands::sla::run(args)),
        Command::Supervise(args) => in_runtime(commands::supervise::run(args)),
        Command::Trigger(args) => in_runtime(commands::trigger::run(*args)),
    }
}

/// Runs what waits for things. The others do without the threads that this starts.
fn in_runtime<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Runtime::new().context("can not start the runtime")?;
    runtime.block_on(command)
}
