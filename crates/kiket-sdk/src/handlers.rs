//! All handlers of an extension, checked together.

use std::panic::Location;
use std::sync::Arc;

use kiket_contract::event::{InvalidName, Name, asks_first};

use crate::Registration;
use crate::refusal::Refusal;

/// What is wrong with a registration, and where it stands in the source.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationFault {
    /// A text that can not name an event or a version.
    #[error("{place}: {cause}")]
    Name {
        /// The registration.
        place: &'static Location<'static>,
        /// What is wrong with the name.
        cause: InvalidName,
    },
    /// An event that asks before it acts, given to a webhook handler, whose answer decides nothing.
    #[error(
        "{place}: `{event}` asks before it acts, so it needs a guard, and a webhook's answer \
         decides nothing; register the event that follows it"
    )]
    Asks {
        /// The registration.
        place: &'static Location<'static>,
        /// The event.
        event: String,
    },
    /// A second handler for the same version of an event. `1` and `v1` are the same version.
    #[error("{place}: `{event}` {version} is handled at {first} already; remove one of the two")]
    Duplicate {
        /// The second registration.
        place: &'static Location<'static>,
        /// The first registration.
        first: &'static Location<'static>,
        /// The event.
        event: String,
        /// The version.
        version: String,
    },
}

/// Every handler of an extension, in the order of registration, at most one for each event and
/// version.
#[derive(Debug)]
pub(crate) struct Handlers(Vec<Arc<Registration>>);

impl Handlers {
    /// Checks all registrations and reports every fault.
    pub(crate) fn check(registrations: Vec<Registration>) -> Result<Self, Vec<RegistrationFault>> {
        let mut faults = Vec::new();
        for (index, registration) in registrations.iter().enumerate() {
            faults.extend(alone(registration));
            let first = registrations[..index]
                .iter()
                .find(|earlier| earlier.handles(registration.event(), registration.version()));
            faults.extend(first.map(|first| RegistrationFault::Duplicate {
                place: registration.place(),
                first: first.place(),
                event: registration.event().to_owned(),
                version: registration.version().to_owned(),
            }));
        }
        if faults.is_empty() {
            Ok(Self(registrations.into_iter().map(Arc::new).collect()))
        } else {
            Err(faults)
        }
    }

    /// The handler of this version of an event.
    pub(crate) fn find(&self, event: &str, version: &str) -> Result<&Arc<Registration>, Refusal> {
        if let Some(found) = self.iter().find(|handler| handler.handles(event, version)) {
            return Ok(found);
        }
        let handled: Vec<_> = self
            .iter()
            .filter(|known| known.event() == event)
            .map(|known| known.version())
            .collect();
        Err(match handled.as_slice() {
            [] => Refusal::UnknownEvent,
            _ => Refusal::UnknownVersion { handled: handled.join(", ") },
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Registration>> {
        self.0.iter()
    }
}

/// What is wrong with a registration by itself.
fn alone(registration: &Registration) -> Vec<RegistrationFault> {
    let place = registration.place();
    let mut faults: Vec<_> = [registration.event(), registration.version()]
        .into_iter()
        .filter_map(|name| Name::try_from(name.to_owned()).err())
        .map(|cause| RegistrationFault::Name { place, cause })
        .collect();
    if asks_first(registration.event()) {
        let event = registration.event().to_owned();
        faults.push(RegistrationFault::Asks { place, event });
    }
    faults
}
