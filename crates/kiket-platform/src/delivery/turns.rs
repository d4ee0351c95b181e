//! Turns of guards and actions: a few at once to each installation, as with other deliveries.
//!
//! They are counted apart from what the worker has under way, so that a question never waits behind
//! a queue that nobody is in a hurry for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kiket_contract::id::InstallationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::in_flight::MOST_AT_ONE_INSTALLATION;

/// Who is being asked or called.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<InstallationId, Arc<Semaphore>>>);

impl Turns {
    /// Waits for a turn, which ends when it is dropped. None came before the deadline otherwise.
    pub(crate) async fn take(
        &self,
        installation: InstallationId,
        deadline: Instant,
    ) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(MOST_AT_ONE_INSTALLATION));
            Arc::clone(all.entry(installation).or_insert_with(new))
        };
        timeout_at(deadline, turns.acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_sixth_waits_until_one_has_ended_and_others_do_not() {
        let turns = Turns::default();
        let soon = Instant::now() + Duration::from_millis(20);
        let (one, other) = (1.try_into().unwrap(), 2.try_into().unwrap());
        let mut taken = Vec::new();
        for _ in 0..5 {
            taken.push(turns.take(one, soon).await.unwrap());
        }
        assert!(turns.take(one, soon).await.is_none());
        let later = Instant::now() + Duration::from_secs(60);
        assert!(turns.take(other, later).await.is_some());
        taken.pop();
        assert!(turns.take(one, later).await.is_some());
    }
}
