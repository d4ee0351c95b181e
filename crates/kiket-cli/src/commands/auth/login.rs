//! `kiket auth login`.

use std::io::{IsTerminal as _, stdin};

use kiket_contract::secret::Secret;

use super::status::accepted;
use crate::args::Remote;
use crate::exit::{Exit, Misuse};
use crate::operator::Operator;
use crate::printer;
use crate::settings::{self, Source, user};

/// Keeps a token once the platform has accepted it.
pub(super) async fn run(remote: Remote) -> anyhow::Result<Exit> {
    let url = settings::place(&remote)?.url;
    let files = user::Files::locate().ok_or_else(|| {
        Misuse(
            "there is no home directory to keep a token in: set HOME, or KIKET_ADMIN_TOKEN".into(),
        )
    })?;
    let token = match &remote.token_file {
        Some(path) => settings::read_token(path)?,
        None if stdin().is_terminal() => {
            let token = rpassword::prompt_password(format!("Admin token of {url}: "))?;
            Secret::from(token.trim())
        }
        None => {
            let text = "nobody can be asked here for the token: give it with --token-file, where - \
                        is standard input";
            return Err(Misuse(text.to_owned()).into());
        }
    };
    let operator = Operator::new(url.clone(), token.clone(), Source::Flag("the input"))?;
    accepted(&operator).await?;
    files.log_in(&url, token)?;
    printer::note(format_args!(
        "logged in to {url}; the token is in {}",
        files.credentials().display()
    ))?;
    Ok(Exit::Ok)
}
