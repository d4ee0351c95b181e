//! `kiket guards`: what guards decided, and what waits for a decision.

use kiket_contract::api::guards::{self, Guard, PATH};
use kiket_contract::api::{Limit, Page};

use crate::args::{Guards, GuardsCommand, ListGuards, Resolve};
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;
use crate::output::words::{or_dash, time};

/// Runs one of the commands.
pub(crate) async fn run(args: Guards) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        GuardsCommand::List(args) => list(args, &operator, output).await?,
        GuardsCommand::Resolve(args) => resolve(args, &operator, output).await?,
    }
    Ok(Exit::Ok)
}

async fn list(args: ListGuards, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let wanted = guards::ListGuards {
        pending: args.pending,
        project_id: args.project,
        limit: Limit::try_from(args.paging.limit)?,
        cursor: args.paging.cursor,
    };
    let found = operator.get::<Page<Guard>>(PATH, &wanted).await?;
    let header = ["guard", "event", "project", "decision", "resolved", "asked", "because"];
    output.page(&found, header, |guard| {
        let resolved = guard.resolution.as_ref();
        [
            guard.id.to_string(),
            guard.event.clone(),
            guard.project_id.to_string(),
            guard.decision.as_str().to_owned(),
            or_dash(resolved.map(|end| format!("{} by {}", end.decision.as_str(), end.by))),
            time(guard.created_at),
            or_dash(guard.message.as_ref()),
        ]
    })
}

async fn resolve(args: Resolve, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let Resolve { id, decision, by, reason } = args;
    let end = guards::Resolve { decision: decision.into(), by, reason };
    let ended = operator.post::<Guard>(&format!("{PATH}/{id}/resolve"), &end).await?;
    output.show(&ended, |guard| {
        let end = guard.resolution.as_ref();
        facts([
            ("guard", Some(guard.id.to_string())),
            ("event", Some(guard.event.clone())),
            ("resolved", end.map(|end| format!("{} by {}", end.decision.as_str(), end.by))),
            ("because", end.and_then(|end| end.reason.clone())),
        ])
    })
}
