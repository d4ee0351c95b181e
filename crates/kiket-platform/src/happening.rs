//! What happens on a platform, as it happens, for whoever watches.

use jiff::Timestamp;
use kiket_contract::api::deliveries::{Attempt, Callback, Status};
use kiket_contract::id::{DeliveryId, EventId, InstallationId};

/// Something that just happened. It has been committed before it is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Happening {
    /// An event was accepted.
    Accepted {
        /// The event.
        event_id: EventId,
        /// Its name.
        event: String,
        /// How many deliveries it has.
        deliveries: usize,
    },
    /// A delivery was planned.
    Planned {
        /// The delivery.
        delivery_id: DeliveryId,
        /// The version it is delivered in.
        event_version: String,
        /// Where it goes.
        installation_id: InstallationId,
    },
    /// An attempt has begun.
    Attempting {
        /// The delivery.
        delivery_id: DeliveryId,
        /// The attempt's number.
        number: i64,
        /// Where it goes, without a query.
        url: String,
    },
    /// An attempt has ended and is recorded.
    Attempted {
        /// The delivery.
        delivery_id: DeliveryId,
        /// How it went.
        attempt: Attempt,
        /// Where the delivery stands now.
        status: Status,
        /// When it is tried next.
        next_attempt_at: Option<Timestamp>,
    },
    /// The extension called back.
    CalledBack {
        /// The delivery whose token it used.
        delivery_id: DeliveryId,
        /// The call.
        callback: Callback,
    },
    /// An operator ended a delivery.
    Cancelled {
        /// The delivery.
        delivery_id: DeliveryId,
        /// Why.
        reason: String,
    },
}
