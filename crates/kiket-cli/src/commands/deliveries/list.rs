//! `kiket deliveries list`.

use kiket_contract::api::deliveries::{Delivery, ListDeliveries as Wanted, PATH};
use kiket_contract::api::{Limit, Page};

use crate::args::ListDeliveries;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::words::{or_dash, time};

/// Lists deliveries.
pub(super) async fn run(
    args: ListDeliveries,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<()> {
    let wanted = Wanted {
        event: args.about.event,
        installation_id: args.about.installation,
        project_id: args.about.project,
        status: args.status.map(Into::into),
        created_after: args.since,
        created_before: args.until,
        limit: Limit::try_from(args.paging.limit)?,
        cursor: args.paging.cursor,
    };
    let found = operator.get::<Page<Delivery>>(PATH, &wanted).await?;
    let header = ["delivery", "event", "extension", "status", "attempts", "made", "because"];
    output.page(&found, header, |delivery| {
        [
            delivery.id.to_string(),
            delivery.event.clone(),
            format!("{} ({})", delivery.extension_id, delivery.installation_id),
            delivery.status.as_str().to_owned(),
            delivery.attempts.len().to_string(),
            time(delivery.created_at),
            or_dash(delivery.diagnostics.as_ref()),
        ]
    })
}
