//! `kiket extensions uninstall`.

use kiket_contract::api::installations::{Installation, PATH};

use super::sources::summary;
use crate::args::Uninstall;
use crate::ask::consent;
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::printer;

/// Removes an installation, once the user has seen which it is.
pub(super) async fn run(args: Uninstall) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let path = format!("{PATH}/{}", args.installation);
    let present = operator.get::<Installation>(&path, &()).await?.value;
    if !args.consent.yes {
        printer::note(summary(&present))?;
    }
    let question = format!("Remove installation {} with its secrets and custom data?", present.id);
    if !consent(&question, args.consent.yes)? {
        return Ok(Exit::Cancelled);
    }
    let removed = operator.delete::<Installation>(&path).await?;
    Output(args.remote.format).show(&removed, summary)?;
    Ok(Exit::Ok)
}
