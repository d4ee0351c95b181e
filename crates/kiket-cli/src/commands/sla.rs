//! `kiket sla`: how issues stand against their service levels.

use kiket_contract::api::Page;
use kiket_contract::api::sla_events::{ListSlaEvents, PATH, SlaEvent};
use kiket_contract::environment::WORKSPACE_TOKEN;

use crate::args::{ListSla, Sla, SlaCommand};
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::words::{or_dash, time};

/// Runs one of the commands.
pub(crate) async fn run(args: Sla) -> anyhow::Result<Exit> {
    let caller = Operator::with_token_of(&args.remote, WORKSPACE_TOKEN)?;
    match args.command {
        SlaCommand::List(list) => self::list(list, &caller, Output(args.remote.format)).await?,
    }
    Ok(Exit::Ok)
}

async fn list(args: ListSla, caller: &Operator, output: Output) -> anyhow::Result<()> {
    let wanted = ListSlaEvents {
        project_id: i64::from(args.project).into(),
        issue_id: args.issue.map(Into::into),
        state: args.state,
        limit: u32::try_from(args.paging.limit).ok(),
        cursor: args.paging.cursor,
    };
    let found = caller.get::<Page<SlaEvent>>(PATH, &wanted).await?;
    let header = ["issue", "state", "since", "until", "limit"];
    output.page(&found, header, |event| {
        let limit = event.definition.as_ref().and_then(|level| level.max_duration_minutes);
        [
            event.issue_id.to_string(),
            event.state.clone(),
            or_dash(event.triggered_at.map(time)),
            or_dash(event.resolved_at.map(time)),
            or_dash(limit.map(|minutes| format!("{minutes} min"))),
        ]
    })
}
