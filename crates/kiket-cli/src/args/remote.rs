//! Which platform a command talks to, and how it shows what it answers.

use std::path::PathBuf;

use super::Format;

/// Options of every command that talks to a platform.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Remote {
    /// The platform's address, such as `https://kiket.example.com` [env: KIKET_URL].
    ///
    /// Without it: KIKET_URL, `url` in a kiket.toml of this folder or a parent, a `kiket dev` that
    /// runs here, the platform of `kiket auth login`, a `kiket serve` of this folder.
    #[arg(long, value_name = "URL", global = true, help_heading = "Platform")]
    pub(crate) url: Option<String>,

    /// A file with the admin token; - reads standard input [env: KIKET_ADMIN_TOKEN].
    #[arg(long, value_name = "FILE", global = true, help_heading = "Platform")]
    pub(crate) token_file: Option<PathBuf>,

    /// How to show the result; json is the platform's answer as it is, where there is one.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,
}

/// Which page of a list.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Paging {
    /// The most entries, from 1 to 100.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) limit: u64,

    /// Where the last page ended, as it said.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

/// Consent that is given in advance.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Consent {
    /// Do it without asking, as scripts have to.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
