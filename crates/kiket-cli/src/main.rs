//! The command line of Kiket: build, run and operate extensions.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod printer;
mod supervisor;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Dev(args) => commands::dev::run(args).await,
        Command::Supervise(args) => commands::supervise::run(args).await,
    };
    done.unwrap_or_else(|error| {
        printer::error(&error);
        ExitCode::FAILURE
    })
}
