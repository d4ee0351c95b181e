//! All handlers of an extension, checked together, and which of them takes a delivery.

use std::sync::Arc;

use kiket_contract::event::{Name, asks_first};
use kiket_contract::health::HandlerKind;

use crate::Registration;
use crate::refusal::{Refusal, named};
use crate::registration_fault::{self, RegistrationFault};
use crate::route::Target;

/// Every handler of an extension, in the order of registration: at most one for each event and
/// version, one for each action, and one fallback.
#[derive(Debug)]
pub(crate) struct Handlers(Vec<Arc<Registration>>);

impl Handlers {
    /// Checks all registrations and reports every fault.
    pub(crate) fn check(registrations: Vec<Registration>) -> Result<Self, Vec<RegistrationFault>> {
        let mut faults = Vec::new();
        for (index, registration) in registrations.iter().enumerate() {
            faults.extend(registration_fault::alone(registration));
            let earlier = &registrations[..index];
            faults.extend(registration_fault::repeated(registration, earlier));
        }
        if faults.is_empty() {
            Ok(Self(registrations.into_iter().map(Arc::new).collect()))
        } else {
            Err(faults)
        }
    }

    /// The webhook handler or guard of an event's version.
    pub(crate) fn of_event(&self, target: &Target<'_>) -> Result<Found, Refusal> {
        let version = target.version.ok_or(Refusal::NoVersion)?;
        let event = target.event.ok_or_else(|| Refusal::UnknownEvent { named: String::new() })?;
        let of_event = || self.iter().filter(|known| known.is_of_event() && known.event() == event);
        if let Some(found) = of_event().find(|known| known.handles(event, version)) {
            return Ok(Found::new(found));
        }
        let handled: Vec<_> = of_event().map(|known| known.version()).collect();
        Err(match handled.as_slice() {
            [] if self.has_action(event) => Refusal::NoActionKey,
            [] => Refusal::UnknownEvent { named: named(event) },
            _ => Refusal::UnknownVersion { named: named(version), handled: handled.join(", ") },
        })
    }

    /// The handler of an action.
    pub(crate) fn of_action(&self, key: &str) -> Result<Found, Refusal> {
        let found = self.iter().find(|known| known.action_key() == Some(key));
        found.map(Found::new).ok_or_else(|| Refusal::UnknownAction { named: named(key) })
    }

    /// Whether this is the event of an action, which only the body's `action_key` calls.
    fn has_action(&self, event: &str) -> bool {
        self.iter().any(|known| known.kind() == HandlerKind::Action && known.event() == event)
    }

    /// The fallback, for an event that it may take: not an action's, and not one that asks first,
    /// because its answer would be read as a guard's, and one that says nothing allows.
    pub(crate) fn fallback(&self, target: &Target<'_>) -> Option<Found> {
        let fallback = self.iter().find(|known| known.kind() == HandlerKind::Fallback)?;
        let name = |text: &str| Name::try_from(text.to_owned()).ok();
        let may_take = |event: &&str| !asks_first(event) && !self.has_action(event);
        let event = target.event.filter(may_take).and_then(name)?;
        let version = target.version.and_then(name)?;
        Some(Found { registration: Arc::clone(fallback), named: Some(Named { event, version }) })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Registration>> {
        self.0.iter()
    }
}

/// The handler that takes a delivery, with the event and version that it takes it for.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    registration: Arc<Registration>,
    /// What the request names, when the handler takes any event.
    named: Option<Named>,
}

#[derive(Debug, Clone)]
struct Named {
    event: Name,
    version: Name,
}

impl Found {
    pub(crate) fn new(registration: &Arc<Registration>) -> Self {
        Self { registration: Arc::clone(registration), named: None }
    }

    pub(crate) fn registration(&self) -> &Arc<Registration> {
        &self.registration
    }

    pub(crate) fn event(&self) -> &str {
        self.named.as_ref().map_or(self.registration.event(), |named| named.event.as_str())
    }

    pub(crate) fn version(&self) -> &str {
        self.named.as_ref().map_or(self.registration.version(), |named| named.version.as_str())
    }
}
