//! What can be wrong with a registration, by itself and beside others.

use std::panic::Location;

use kiket_contract::event::{InvalidName, Name, asks_first};
use kiket_contract::health::HandlerKind;

use crate::Registration;

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
    /// A text that can not be an action's key.
    #[error(
        "{place}: `{key}` can not be an action's key; write the one of the manifest: 1 to 121 \
         letters, digits, dots, dashes and underscores, the first a letter or digit"
    )]
    ActionKey {
        /// The registration.
        place: &'static Location<'static>,
        /// The key.
        key: String,
    },
    /// An event that asks before it acts, given to a webhook handler, whose answer decides nothing.
    #[error(
        "{place}: `{event}` asks before it acts, so it needs a guard, and a webhook's answer \
         decides nothing; register it with `guard`, or handle the event that follows it"
    )]
    Asks {
        /// The registration.
        place: &'static Location<'static>,
        /// The event.
        event: String,
    },
    /// An event that only tells, given to a guard, which nobody would ask.
    #[error(
        "{place}: `{event}` does not ask before it acts, so a guard's answer decides nothing; \
         register it with `webhook`, or guard an event whose last part begins with `before_`"
    )]
    NeverAsks {
        /// The registration.
        place: &'static Location<'static>,
        /// The event.
        event: String,
    },
    /// A second handler for the same version of an event, or for the same action. `1` and `v1` are
    /// the same version.
    #[error("{place}: `{event}` {version} is handled at {first} already; remove one of the two")]
    Duplicate {
        /// The second registration.
        place: &'static Location<'static>,
        /// The first registration.
        first: &'static Location<'static>,
        /// The event; an action's is `action.` and its key.
        event: String,
        /// The version.
        version: String,
    },
    /// A second fallback.
    #[error("{place}: there is a fallback at {first} already; remove one of the two")]
    SecondFallback {
        /// The second registration.
        place: &'static Location<'static>,
        /// The first registration.
        first: &'static Location<'static>,
    },
}

/// What is wrong with a registration by itself.
pub(crate) fn alone(registration: &Registration) -> Vec<RegistrationFault> {
    let place = registration.place();
    let event = registration.event();
    if registration.kind() == HandlerKind::Fallback {
        return Vec::new();
    }
    if let Some(key) = registration.action_key() {
        let key_is_wrong = !(Name::is_valid(key) && Name::is_valid(event));
        let fault = || RegistrationFault::ActionKey { place, key: key.to_owned() };
        return key_is_wrong.then(fault).into_iter().collect();
    }
    let mut faults: Vec<_> = [event, registration.version()]
        .into_iter()
        .filter_map(|name| Name::try_from(name.to_owned()).err())
        .map(|cause| RegistrationFault::Name { place, cause })
        .collect();
    let event = event.to_owned();
    match (registration.kind() == HandlerKind::Guard, asks_first(&event)) {
        (false, true) => faults.push(RegistrationFault::Asks { place, event }),
        (true, false) => faults.push(RegistrationFault::NeverAsks { place, event }),
        _ => {}
    }
    faults
}

/// Whether an earlier registration takes the same deliveries.
pub(crate) fn repeated(
    registration: &Registration,
    earlier: &[Registration],
) -> Option<RegistrationFault> {
    let (event, version) = (registration.event(), registration.version());
    let first = earlier.iter().find(|earlier| earlier.handles(event, version))?.place();
    let place = registration.place();
    Some(match registration.kind() {
        HandlerKind::Fallback => RegistrationFault::SecondFallback { place, first },
        _ => RegistrationFault::Duplicate {
            place,
            first,
            event: event.to_owned(),
            version: version.to_owned(),
        },
    })
}
