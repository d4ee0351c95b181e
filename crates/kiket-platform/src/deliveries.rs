//! Acting on deliveries: delivering again, one or all of a time window, replaying, and cancelling.

use kiket_contract::api::deliveries::recovery::{MOST_NAMED, Recover, Recovered};
use kiket_contract::api::deliveries::replay::Replay;
use kiket_contract::api::deliveries::{Cancel, Delivery, LONGEST_REASON, Status};
use kiket_contract::api::events::NewEvent;
use kiket_contract::event::{DEFAULT_VERSION, Name};
use kiket_contract::id::{DeliveryId, InstallationId};

use crate::core::Core;
use crate::error::Error;
use crate::happening::Happening;
use crate::store::deliveries::Kind;
use crate::store::events::{self as rows, Accepted};
use crate::store::redelivery::{Cancelled, Redelivered, Redelivery};
use crate::{events, installations};

const NO_REASON: &str = "cancelled by an operator";

/// One delivery with all that happened to it.
pub(crate) async fn show(core: &Core, id: DeliveryId) -> Result<Delivery, Error> {
    let found = core.store.delivery(id, core.now()).await?;
    found.ok_or(Error::UnknownDelivery { delivery: id })
}

/// Plans a new delivery of the same event, in the same version, to the same installation.
pub(crate) async fn redeliver(core: &Core, id: DeliveryId) -> Result<Delivery, Error> {
    match core.store.redeliver(id, core.now()).await? {
        Redelivered::As(redelivery) => {
            let new = redelivery.id;
            tell(core, [redelivery]);
            show(core, new).await
        }
        Redelivered::NotSettled => Err(Error::NotSettled { status: show(core, id).await?.status }),
        Redelivered::InstallationRemoved => Err(Error::NowhereToDeliver),
        Redelivered::AnsweredAtOnce(Kind::Guard) => {
            Err(Error::AnsweredAtOnce { instead: "ask the guard again" })
        }
        Redelivered::AnsweredAtOnce(_) => {
            Err(Error::AnsweredAtOnce { instead: "call the action again" })
        }
        Redelivered::Unknown => Err(Error::UnknownDelivery { delivery: id }),
    }
}

/// Plans a delivery to one installation alone: of an earlier delivery's event, or of a payload.
pub(crate) async fn replay(core: &Core, wanted: Replay) -> Result<Delivery, Error> {
    match wanted {
        Replay {
            delivery_id: Some(id),
            installation_id: None,
            event: None,
            version: None,
            payload: None,
            context: None,
        } => redeliver(core, id).await,
        Replay {
            delivery_id: None,
            installation_id: Some(installation),
            event: Some(event),
            version,
            payload: Some(payload),
            context,
        } => {
            let project_id = installations::show(core, installation).await?.project_id;
            let version = match version {
                Some(version) => version,
                None => {
                    Name::try_from(DEFAULT_VERSION.to_owned()).map_err(|_| Error::ReplayOfWhat)?
                }
            };
            let version = Some(version);
            let event =
                NewEvent { event, version, project_id, organization_id: None, payload, context };
            replay_to(core, installation, event).await
        }
        _ => Err(Error::ReplayOfWhat),
    }
}

async fn replay_to(
    core: &Core,
    installation: InstallationId,
    event: NewEvent,
) -> Result<Delivery, Error> {
    let row =
        rows::NewEvent { hearers: rows::Hearers::Only(installation), ..events::row(core, event)? };
    let (id, event, project) = (row.id, row.name.clone(), row.project_id);
    let planned = match core.store.accept(row).await? {
        Accepted::With(deliveries) => deliveries,
        Accepted::Refused(refusal) => return Err(events::refused(refusal, project)),
        Accepted::Before { .. } | Accepted::KeyReused => Vec::new(),
    };
    let Some(delivery) = planned.first().map(|delivery| delivery.id) else {
        return Err(Error::NotHeard { installation, event });
    };
    events::tell(core, id, event, &planned);
    show(core, delivery).await
}

/// Ends a delivery. An attempt that is under way goes on and is recorded; none follows it.
pub(crate) async fn cancel(core: &Core, id: DeliveryId, cancel: Cancel) -> Result<Delivery, Error> {
    let reason = cancel.reason.unwrap_or_else(|| NO_REASON.to_owned());
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Error::Reason);
    }
    match core.store.cancel(id, &reason, core.now()).await? {
        Cancelled::Now => {
            core.metrics.delivery_settled(Status::Cancelled);
            core.tell(Happening::Cancelled { delivery_id: id, reason });
            show(core, id).await
        }
        Cancelled::AlreadySettled => {
            Err(Error::AlreadySettled { status: show(core, id).await?.status })
        }
        Cancelled::AnsweredAtOnce => {
            Err(Error::AnsweredAtOnce { instead: "it ends by itself within its time limit" })
        }
        Cancelled::Unknown => Err(Error::UnknownDelivery { delivery: id }),
    }
}

/// Delivers again what failed in a time window, a bounded number at a time, so that others who
/// write wait only for one of these steps.
pub(crate) async fn recover(core: &Core, wanted: Recover) -> Result<Recovered, Error> {
    if wanted.since >= wanted.until {
        return Err(Error::EmptyWindow);
    }
    let mut recovered = Recovered { count: 0, dry_run: wanted.dry_run, deliveries: Vec::new() };
    let mut after = None;
    loop {
        let step = core.store.recover(&wanted, after, core.now()).await?;
        recovered.count += u64::try_from(step.redeliveries.len()).unwrap_or(u64::MAX);
        let room = MOST_NAMED.saturating_sub(recovered.deliveries.len());
        let ids = step.redeliveries.iter().map(|redelivery| match wanted.dry_run {
            true => redelivery.of,
            false => redelivery.id,
        });
        recovered.deliveries.extend(ids.take(room));
        if !wanted.dry_run {
            tell(core, step.redeliveries);
        }
        match step.next {
            Some(next) => after = Some(next),
            None => return Ok(recovered),
        }
    }
}

/// Tells the worker and whoever watches.
fn tell(core: &Core, redeliveries: impl IntoIterator<Item = Redelivery>) {
    for Redelivery { id, event_version, installation_id, .. } in redeliveries {
        core.tell(Happening::Planned { delivery_id: id, event_version, installation_id });
    }
    core.wake.notify_one();
}
