//! The command line of Kiket: build, run and operate extensions.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod extension;
mod printer;
mod supervisor;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;

use crate::args::{Args, Command};

/// The platform allocates in one thread what it frees in another, which the system's allocator does
/// slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Backup(args) => in_runtime(commands::backup::run(args)),
        Command::Dev(args) => in_runtime(commands::dev::run(args)),
        Command::Extensions(args) => Ok(commands::extensions::run(args)),
        Command::MasterKey(args) => in_runtime(commands::master_key::run(args)),
        Command::Serve(args) => in_runtime(commands::serve::run(*args)),
        Command::Supervise(args) => in_runtime(commands::supervise::run(args)),
    };
    done.unwrap_or_else(|error| {
        printer::error(&error);
        ExitCode::FAILURE
    })
}

/// Runs what waits for things. The others do without the threads that this starts.
fn in_runtime<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Runtime::new().context("can not start the runtime")?;
    runtime.block_on(command)
}
