//! Serves one row in this process.

use std::io::BufRead as _;

use kiket_sdk::Extension;
use tokio::net::TcpListener;

use crate::arguments::Serve;
use crate::floor::{self, Handle};
use crate::rows;

/// What serves a row. The SDK's get the origin that has the key set.
pub(crate) enum Serves {
    /// Floor A.
    Axum(Handle),
    /// Floor B.
    Hyper,
    /// Floor B with the check of a runtime token in place of the signature's.
    HyperToken,
    /// The SDK as a program starts it, with its log.
    Run(fn(&str) -> Extension),
    /// The SDK without a log of its own.
    Bound(fn(&str) -> Extension),
}

pub(crate) async fn serve(what: &Serve, allocations: Option<fn() -> usize>) -> anyhow::Result<()> {
    if let Some(count) = allocations {
        std::thread::spawn(move || tell(count));
    }
    let Serve { row, address, base_url } = what;
    match rows::named(row)?.serves {
        Serves::Axum(handle) => floor::axum::serve(TcpListener::bind(address).await?, handle).await,
        Serves::Hyper => floor::hyper::serve(TcpListener::bind(address).await?).await,
        Serves::HyperToken => {
            floor::token::serve(TcpListener::bind(address).await?, base_url).await
        }
        Serves::Run(extension) => Ok(extension(base_url).run(&address.to_string()).await?),
        Serves::Bound(extension) => {
            let bound = extension(base_url).bind(&address.to_string()).await?;
            bound.serve_until(std::future::pending()).await;
            Ok(())
        }
    }
}

/// Answers each line of the standard input with the number of allocations so far.
fn tell(count: fn() -> usize) {
    for _ in std::io::stdin().lock().lines() {
        println!("{}", count());
    }
}
