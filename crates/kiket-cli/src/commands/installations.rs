//! `kiket installations`: looks after an installed extension.

mod rotate_key;
mod rotate_secret;
mod show;

use kiket_contract::api::installations::{Installation, PATH};
use kiket_contract::id::InstallationId;

use crate::args::{Installations, InstallationsCommand, OneInstallation};
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;

/// Runs one of the commands.
pub(crate) async fn run(args: Installations) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        InstallationsCommand::Show(OneInstallation { id }) => {
            let found = operator.get::<Installation>(&path(id, ""), &()).await?;
            output.show(&found, show::shown)?;
        }
        InstallationsCommand::RotateKey(args) => rotate_key::run(args, &operator, output).await?,
        InstallationsCommand::RotateSecret(args) => {
            return rotate_secret::run(args, &operator, output).await;
        }
        InstallationsCommand::Pause(OneInstallation { id }) => {
            let changed = operator.post_nothing::<Installation>(&path(id, "/pause")).await?;
            output.show(&changed, show::shown)?;
        }
        InstallationsCommand::Resume(OneInstallation { id }) => {
            let changed = operator.post_nothing::<Installation>(&path(id, "/resume")).await?;
            output.show(&changed, show::shown)?;
        }
    }
    Ok(Exit::Ok)
}

fn path(id: InstallationId, below: &str) -> String {
    format!("{PATH}/{id}{below}")
}
