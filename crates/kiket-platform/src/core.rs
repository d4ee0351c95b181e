//! What every service works with: one platform's parts, shared by its worker and its API.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::custom_data::scans::Scans;
use crate::delivery::turns::Turns;
use crate::happening::Happening;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::rate_limit::RateLimits;
use crate::secrets::backend::Backends;
use crate::secrets::seal::Sealer;
use crate::store::Store;
use crate::tokens::Tokens;

pub(crate) type Shared = Arc<Core>;

pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) sealer: Sealer,
    pub(crate) backends: Backends,
    pub(crate) tokens: Tokens,
    /// Of what extensions call.
    pub(crate) rate_limits: RateLimits,
    pub(crate) outbound: Outbound,
    pub(crate) schedule: Schedule,
    pub(crate) clock: Clock,
    pub(crate) admin_token: Secret,
    /// The origin that extensions reach the API at.
    pub(crate) url: String,
    /// Rings when a delivery may be due.
    pub(crate) wake: Notify,
    pub(crate) happenings: broadcast::Sender<Happening>,
    pub(crate) metrics: Metrics,
    /// Whether a worker runs.
    pub(crate) delivering: AtomicBool,
    /// Of guards and actions.
    pub(crate) turns: Turns,
    /// Of lists that may look at a whole table.
    pub(crate) scans: Scans,
    /// Cancelled when the platform begins to stop.
    pub(crate) stopping: CancellationToken,
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether anybody watches what happens.
    pub(crate) fn is_watched(&self) -> bool {
        self.happenings.receiver_count() > 0
    }

    /// Tells whoever watches; nobody has to.
    pub(crate) fn tell(&self, happening: Happening) {
        let _ = self.happenings.send(happening);
    }
}
