//! `kiket deliveries recover`: how many there are, consent, and the new deliveries.

use jiff::Timestamp;
use kiket_contract::api::deliveries::recovery::{self, Ended, PATH, Recovered};

use crate::args::Recover;
use crate::ask::consent;
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::printer;

/// Delivers again what failed.
pub(super) async fn run(
    args: Recover,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<Exit> {
    let status = match args.status.is_empty() {
        true => Ended::default(),
        false => Ended::Any(args.status.into_iter().map(Into::into).collect()),
    };
    let mut wanted = recovery::Recover {
        since: args.since,
        until: args.until.unwrap_or_else(Timestamp::now),
        status,
        event: args.about.event,
        installation_id: args.about.installation,
        project_id: args.about.project,
        dry_run: true,
    };
    if !args.consent.yes {
        let counted = operator.post::<Recovered>(PATH, &wanted).await?;
        let count = counted.value.count;
        if args.dry_run || count == 0 {
            output.show(&counted, shown)?;
            return Ok(Exit::Ok);
        }
        if !output.is_json() {
            printer::note(shown(&counted.value))?;
        }
        if !consent(&format!("Deliver {} again?", deliveries(count)), false)? {
            return Ok(Exit::Cancelled);
        }
    }
    wanted.dry_run = false;
    let done = operator.post::<Recovered>(PATH, &wanted).await?;
    output.show(&done, shown)?;
    Ok(Exit::Ok)
}

fn shown(recovered: &Recovered) -> String {
    let Recovered { count, dry_run, deliveries: named } = recovered;
    let many = deliveries(*count);
    let mut lines = vec![match dry_run {
        true => format!("{many} would be delivered again"),
        false => format!("{many} made"),
    }];
    lines.extend(named.iter().map(|id| format!("  {id}")));
    let unnamed = count.saturating_sub(named.len() as u64);
    if unnamed > 0 {
        lines.push(format!("  and {unnamed} more"));
    }
    lines.join("\n")
}

fn deliveries(count: u64) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}
