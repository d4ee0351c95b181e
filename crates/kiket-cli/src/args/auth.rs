//! What `kiket auth` takes.

use clap::Subcommand;

use super::Remote;

/// Log in to a platform, so that other commands find it and its token.
#[derive(Debug, clap::Args)]
pub(crate) struct Auth {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: AuthCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Check an admin token and keep it for the commands that follow.
    ///
    /// The token is asked for, or read from --token-file. It is kept in a file that only you may
    /// read, and is sent to this platform only.
    Login,
    /// Say which platform is meant, where its address and token come from, and whether it is open.
    Status,
    /// Forget the token that was kept for the platform.
    Logout,
}
