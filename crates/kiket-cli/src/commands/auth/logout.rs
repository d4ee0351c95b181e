//! `kiket auth logout`.

use crate::args::Remote;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{self, user};

/// Forgets the platform's token, and says when another is still found.
pub(super) fn run(remote: &Remote) -> anyhow::Result<Exit> {
    let place = settings::place(remote)?;
    let url = &place.url;
    let forgotten = match user::Files::locate() {
        Some(files) => files.log_out(url)?,
        None => false,
    };
    if forgotten {
        printer::note(format_args!("forgot the token of {url}"))?;
    } else {
        printer::note(format_args!("no token was kept for {url}"))?;
    }
    if let Some((_, source)) = place.token(remote)? {
        printer::note(format_args!("commands still find one in {source}"))?;
    }
    Ok(Exit::Ok)
}
