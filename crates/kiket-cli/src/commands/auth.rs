//! `kiket auth`: which platform is meant, and what opens it.

mod login;
mod logout;
mod status;

pub(super) use status::accepted;

use crate::args::{Auth, AuthCommand};
use crate::exit::Exit;

/// Runs one of the commands.
pub(crate) async fn run(args: Auth) -> anyhow::Result<Exit> {
    match args.command {
        AuthCommand::Login => login::run(args.remote).await,
        AuthCommand::Status => status::run(args.remote).await,
        AuthCommand::Logout => logout::run(&args.remote),
    }
}
