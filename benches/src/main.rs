//! What one signed webhook costs with the SDK, beside the least that it could cost.
//!
//! `cargo run --release -p kiket-benches` serves the same handler three times: with the SDK, and on
//! two floors that do by hand what a delivery needs (the same signature check, the same body read
//! into the same type, the same envelope members, the same answer): floor A on axum, floor B on bare
//! hyper. Each server is a process on one core; the load comes from another core. Rounds of the three
//! take turns in one run, so that a machine that changes its speed changes it for all.
//!
//! A ratio is the floor's cost divided by the SDK's: 1.00 is as fast, more is faster. The cost is
//! user CPU time of the server's process per request. A row whose handler ran for less than 99 % of
//! its requests is void, and so is a run in which a floor's own rounds differ by more than 15 %.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

mod delivery;
mod floors;
mod handler;
mod load;
mod process;
mod report;

use anyhow::Context as _;

use process::{Kind, Server};
use report::Report;

const ROUNDS: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => {
            let kind = arguments.get(1).context("name the server")?;
            process::serve(Kind::parse(kind).context("no such server")?).await
        }
        _ => compare().await,
    }
}

async fn compare() -> anyhow::Result<()> {
    let servers = Kind::ALL.map(Server::start);
    let mut servers = servers.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    process::pin(process::LOAD_CORE);
    let mut report = Report::default();
    for server in &mut servers {
        server.round(load::WARM_UP).await?;
    }
    for round in 1..=ROUNDS {
        for server in &mut servers {
            println!("round {round} of {ROUNDS}: {}", server.kind().name());
            report.add(server.kind(), server.round(load::ROUND).await?);
        }
    }
    report.print();
    Ok(())
}
