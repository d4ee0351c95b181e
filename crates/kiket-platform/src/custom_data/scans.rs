//! Turns of lists that may look at a whole table: a few at once to each installation, so that none
//! takes all connections from the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kiket_contract::id::InstallationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The most of one installation at once: half of the connections that read.
const MOST: usize = 2;
/// How long a list waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Who looks at whole tables.
#[derive(Default)]
pub(crate) struct Scans(Mutex<HashMap<InstallationId, Arc<Semaphore>>>);

impl Scans {
    /// Waits for a turn, which ends when it is dropped. None when none came soon.
    pub(crate) async fn take(&self, installation: InstallationId) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(MOST));
            Arc::clone(all.entry(installation).or_insert_with(new))
        };
        timeout(LONGEST_WAIT, turns.acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_third_waits_until_one_has_ended_and_others_do_not() {
        let scans = Scans::default();
        let (one, other) = (1.try_into().unwrap(), 2.try_into().unwrap());
        let first = scans.take(one).await.unwrap();
        let _second = scans.take(one).await.unwrap();
        assert!(scans.take(one).await.is_none());
        assert!(scans.take(other).await.is_some());
        drop(first);
        assert!(scans.take(one).await.is_some());
    }
}
