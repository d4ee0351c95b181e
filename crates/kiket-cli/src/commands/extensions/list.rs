//! `kiket extensions list`.

use kiket_contract::api::installations::{Installation, ListInstallations, PATH};
use kiket_contract::api::{Limit, Page};

use crate::args::ListExtensions;
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::words::or_dash;

/// Lists what is installed.
pub(super) async fn run(args: ListExtensions) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let wanted = ListInstallations {
        organization_id: None,
        project_id: args.project,
        extension_id: args.extension,
        state: None,
        limit: Limit::try_from(args.paging.limit)?,
        cursor: args.paging.cursor,
    };
    let found = operator.get::<Page<Installation>>(PATH, &wanted).await?;
    let header = ["installation", "extension", "version", "project", "state", "deliveries to"];
    Output(args.remote.format).page(&found, header, |installation| {
        [
            installation.id.to_string(),
            installation.extension_id.clone(),
            or_dash(installation.extension_version.as_ref()),
            installation.project_id.to_string(),
            installation.state.as_str().to_owned(),
            installation.callback_url.clone(),
        ]
    })?;
    Ok(Exit::Ok)
}
