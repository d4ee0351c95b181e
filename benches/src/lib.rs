//! What one signed webhook costs with the SDK, beside the least that it could cost.
//!
//! The README beside it says how to run it and how to read it.

#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its results")]

mod allocations;
mod api;
mod arguments;
mod cold_start;
mod delivery;
mod figures;
mod floor;
mod handler;
mod instructions;
mod load;
mod meter;
mod report;
mod round;
mod rows;
mod sdk;
mod serve;
mod server;
mod table;

use std::sync::Arc;

use clap::Parser as _;

use api::Api;
use arguments::{Arguments, Command, Format};
use meter::Method;
use report::{Measured, Report};
use round::Rounds;
use rows::{FLOOR_A, SHIPPED};
use server::{LOAD_CORE, Programs};

/// Runs the benchmark, or one of its servers. `allocations` tells how many there were so far, in the
/// program that counts them.
///
/// # Errors
/// When a server does not start, ends, or does not answer a delivery with 200.
pub fn main(allocations: Option<fn() -> usize>) -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match &arguments.command {
        Some(Command::Serve(what)) => runtime.block_on(serve::serve(what, allocations)),
        None if arguments.instructions => runtime.block_on(count(&arguments)),
        None => runtime.block_on(compare(&arguments)),
    }
}

async fn count(arguments: &Arguments) -> anyhow::Result<()> {
    let rows = rows::matching(&arguments.rows)?;
    let webhook = std::env::current_exe()?;
    instructions::check(&webhook)?;
    server::pin(LOAD_CORE);
    let api = Arc::new(Api::serve().await?);
    let mut all = Vec::new();
    for row in rows {
        eprintln!("{}: instructions", row.name);
        all.push((row, instructions::per_request(row, &webhook, &api).await?));
    }
    table::print_instructions(&all);
    Ok(())
}

async fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    let rows = rows::matching(&arguments.rows)?;
    let programs = Programs::find()?;
    server::pin(LOAD_CORE);
    let api = Arc::new(Api::serve().await?);
    let mut all = Vec::new();
    for row in rows.iter().copied() {
        eprintln!("{}: allocations and cold start", row.name);
        let mut measured =
            Measured { row, allocations: None, cold_start_ms: None, rounds: Vec::new() };
        if let Some(counting) = &programs.counting {
            measured.allocations = Some(allocations::per_request(row, counting, &api).await?);
        }
        if [FLOOR_A, SHIPPED].contains(&row.name) {
            let time = cold_start::measure(row, &programs.webhook, &api.base_url()).await?;
            measured.cold_start_ms = Some(time);
        }
        all.push(measured);
    }
    let method = Method::best();
    let mut rounds = Rounds::start(&rows, &programs.webhook, Arc::clone(&api), method).await?;
    for number in 0..arguments.rounds {
        eprintln!("round {} of {}", number + 1, arguments.rounds);
        for (index, round) in rounds.next(number).await? {
            all[index].rounds.push(round);
        }
    }
    let report = Report::new(method, arguments.rounds, &all);
    match arguments.format {
        Format::Table => table::print(&report),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
    }
    Ok(())
}
