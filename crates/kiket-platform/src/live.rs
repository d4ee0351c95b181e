//! Watching deliveries as things happen to them.

use std::collections::HashMap;

use kiket_contract::api::deliveries::stream::{Lagged, Streamed, WatchDeliveries, What};
use kiket_contract::id::DeliveryId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tracing::error;

use crate::core::Shared;
use crate::happening::Happening;
use crate::store::view::About;

/// How many deliveries a watch remembers what they are about.
const MOST_REMEMBERED: usize = 1024;

/// What a watch tells.
pub(crate) enum Told {
    Happened(Box<Streamed>),
    Lagged(Lagged),
}

/// Somebody who watches deliveries.
pub(crate) struct Watch {
    core: Shared,
    wanted: WatchDeliveries,
    happenings: Receiver<Happening>,
    /// What deliveries are about, so that it is read once for all that happens to one.
    about: HashMap<DeliveryId, About>,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn new(core: Shared, wanted: WatchDeliveries) -> Self {
        let happenings = core.happenings.subscribe();
        Self { core, wanted, happenings, about: HashMap::new() }
    }

    /// The next thing that happens to a delivery that is wanted; none when the platform stops.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        loop {
            let stopping = self.core.stopping.clone();
            let received = tokio::select! {
                received = self.happenings.recv() => received,
                () = stopping.cancelled() => return None,
            };
            match received {
                Ok(happening) => {
                    if let Some(streamed) = self.streamed(happening).await {
                        return Some(Told::Happened(Box::new(streamed)));
                    }
                }
                Err(RecvError::Lagged(missed)) => return Some(Told::Lagged(Lagged { missed })),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn streamed(&mut self, happening: Happening) -> Option<Streamed> {
        let (id, what) = what(happening)?;
        let about = self.about(id).await?;
        let wanted = &self.wanted;
        let fits = wanted.event.as_ref().is_none_or(|event| event.as_str() == about.event)
            && wanted.installation_id.is_none_or(|id| id == about.installation_id)
            && wanted.project_id.is_none_or(|id| id == about.project_id);
        fits.then(|| about.with(id, what))
    }

    /// What a delivery is about. One that can not be read is not told of.
    async fn about(&mut self, id: DeliveryId) -> Option<About> {
        if !self.about.contains_key(&id) {
            let found = self.core.store.about(id).await;
            let found = found.inspect_err(|failure| {
                error!(error = %failure, delivery = %id, "the delivery can not be streamed");
            });
            if self.about.len() >= MOST_REMEMBERED {
                self.about.clear();
            }
            self.about.insert(id, found.ok()??);
        }
        self.about.get(&id).cloned()
    }
}

impl About {
    fn with(self, delivery_id: DeliveryId, what: What) -> Streamed {
        Streamed {
            delivery_id,
            event_id: self.event_id,
            event: self.event,
            event_version: self.event_version,
            installation_id: self.installation_id,
            extension_id: self.extension_id,
            project_id: self.project_id,
            what,
        }
    }
}

/// What happened to which delivery, if it happened to one.
fn what(happening: Happening) -> Option<(DeliveryId, What)> {
    Some(match happening {
        Happening::Accepted { .. } => return None,
        Happening::Planned { delivery_id, .. } => (delivery_id, What::Planned),
        Happening::Attempting { delivery_id, number, url } => {
            (delivery_id, What::Attempting { number, url })
        }
        Happening::Attempted { delivery_id, attempt, status, next_attempt_at } => {
            (delivery_id, What::Attempted { attempt, status, next_attempt_at })
        }
        Happening::CalledBack { delivery_id, callback } => {
            (delivery_id, What::CalledBack { callback })
        }
        Happening::Cancelled { delivery_id, reason } => (delivery_id, What::Cancelled { reason }),
    })
}
