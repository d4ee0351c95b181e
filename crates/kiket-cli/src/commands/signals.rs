//! The signals that end a command which runs until it is told to stop.

use std::process;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::terminal;

/// Cancelled by the first SIGINT, SIGTERM or SIGHUP. The second ends the process at once; supervisors
/// see that and end what is left.
pub(crate) fn listen() -> anyhow::Result<CancellationToken> {
    let listen = |kind| signal(kind).context("can not listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            if first.is_cancelled() {
                terminal::restore();
                process::exit(i32::from(Exit::Cancelled.code()));
            }
            first.cancel();
        }
    });
    Ok(stop)
}
