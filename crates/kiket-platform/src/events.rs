//! Accepting events: stored with their deliveries before the answer is given.

use kiket_contract::api::events::{AcceptedEvent, NewEvent, PlannedDelivery};
use kiket_contract::event::asks_first;
use kiket_contract::id::{EventId, ProjectId};
use kiket_contract::payload::{LARGEST_PAYLOAD, Members, RESERVED, member};

use crate::core::Core;
use crate::error::Error;
use crate::happening::Happening;
use crate::store::StoreError;
use crate::store::deliveries::NewDelivery;
use crate::store::events as rows;
use crate::store::idempotency::Idempotency;

/// Stores an event with one delivery for each installation and version that wants it.
pub(crate) async fn accept(
    core: &Core,
    new: NewEvent,
    idempotency: Option<Idempotency>,
) -> Result<AcceptedEvent, Error> {
    if asks_first(new.event.as_str()) {
        return Err(Error::AsksFirst { event: new.event.into() });
    }
    let event = rows::NewEvent { idempotency, ..row(core, new)? };
    let (id, name, project) = (event.id, event.name.clone(), event.project_id);
    match core.store.accept(event).await? {
        rows::Accepted::With(deliveries) => Ok(tell(core, id, name, &deliveries)),
        rows::Accepted::Before { event, deliveries } => Ok(AcceptedEvent { id: event, deliveries }),
        rows::Accepted::KeyReused => Err(Error::KeyReused),
        rows::Accepted::Refused(refusal) => Err(refused(refusal, project)),
    }
}

/// An event as it is stored, once its members have been checked.
pub(crate) fn row(core: &Core, new: NewEvent) -> Result<rows::NewEvent, Error> {
    check_members(&new)?;
    let payload = text(&new.payload)?;
    let context = new.context.as_ref().map(text).transpose()?;
    let size = payload.len() + context.as_ref().map_or(0, String::len);
    if size > LARGEST_PAYLOAD {
        return Err(Error::PayloadTooLarge { size, most: LARGEST_PAYLOAD });
    }
    Ok(rows::NewEvent {
        id: EventId::new(),
        project_id: new.project_id,
        organization_id: new.organization_id,
        name: new.event.into(),
        version: new.version.map(Into::into),
        payload,
        context,
        idempotency: None,
        hearers: rows::Hearers::All,
        now: core.now(),
    })
}

pub(crate) fn refused(refusal: rows::Refusal, project: ProjectId) -> Error {
    match refusal {
        rows::Refusal::ProjectUnknown => Error::UnknownProject { project },
        rows::Refusal::ProjectOf(owner) => Error::ProjectElsewhere { project, owner },
    }
}

/// Tells the worker and whoever watches.
pub(crate) fn tell(
    core: &Core,
    id: EventId,
    event: String,
    deliveries: &[NewDelivery],
) -> AcceptedEvent {
    core.metrics.event_accepted();
    core.tell(Happening::Accepted { event_id: id, event, deliveries: deliveries.len() });
    for delivery in deliveries {
        core.tell(Happening::Planned {
            delivery_id: delivery.id,
            event_version: delivery.event_version.clone(),
            installation_id: delivery.installation_id,
        });
    }
    core.wake.notify_one();
    let deliveries = deliveries
        .iter()
        .map(|delivery| PlannedDelivery {
            id: delivery.id,
            installation_id: delivery.installation_id,
        })
        .collect();
    AcceptedEvent { id, deliveries }
}

fn text(members: &Members) -> Result<String, Error> {
    Ok(serde_json::to_string(members).map_err(|_| StoreError::Damaged("an event's members"))?)
}

fn check_members(new: &NewEvent) -> Result<(), Error> {
    let given_twice = new.context.is_some().then_some(member::CONTEXT);
    match RESERVED.into_iter().chain(given_twice).find(|name| new.payload.contains(name)) {
        Some(name) => Err(Error::ReservedMember { member: name.to_owned() }),
        None => Ok(()),
    }
}
