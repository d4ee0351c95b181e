//! Accepting events: stored with their deliveries before the answer is given.

use kiket_contract::api::events::{AcceptedEvent, NewEvent, PlannedDelivery};
use kiket_contract::id::EventId;
use kiket_contract::payload::{LARGEST_PAYLOAD, Members, RESERVED, member};

use crate::core::Core;
use crate::delivery::plan::plan;
use crate::error::Error;
use crate::happening::Happening;
use crate::store::StoreError;
use crate::store::events as rows;

/// Stores an event with one delivery for each installation and version that wants it.
pub(crate) async fn accept(core: &Core, new: NewEvent) -> Result<AcceptedEvent, Error> {
    check_members(&new)?;
    let payload = text(&new.payload)?;
    let context = new.context.as_ref().map(text).transpose()?;
    let size = payload.len() + context.as_ref().map_or(0, String::len);
    if size > LARGEST_PAYLOAD {
        return Err(Error::PayloadTooLarge { size, most: LARGEST_PAYLOAD });
    }
    let event = rows::NewEvent {
        id: EventId::new(),
        project_id: new.project_id,
        organization_id: new.organization_id,
        name: new.event.into(),
        payload,
        context,
        now: core.now(),
    };
    let version = new.version.as_ref().map(kiket_contract::event::Name::as_str);
    let project = event.project_id;
    match core.store.accept(&event, |hooks| plan(version, hooks)).await? {
        rows::Accepted::With(deliveries) => Ok(tell(core, &event, &deliveries)),
        rows::Accepted::ProjectUnknown => Err(Error::UnknownProject { project }),
        rows::Accepted::ProjectOf(owner) => Err(Error::ProjectElsewhere { project, owner }),
    }
}

/// Tells the worker and whoever watches.
fn tell(core: &Core, event: &rows::NewEvent, deliveries: &[rows::NewDelivery]) -> AcceptedEvent {
    core.tell(Happening::Accepted {
        event_id: event.id,
        event: event.name.clone(),
        deliveries: deliveries.len(),
    });
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
    AcceptedEvent { id: event.id, deliveries }
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
