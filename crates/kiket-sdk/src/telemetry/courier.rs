//! Records on their way out, a few at a time, off the request path.
//!
//! Moves: records from handlers to a few tasks that hand them on, each of them one record after the
//! other. Promises: whoever brings a record never waits; no more than [`ROOM`] records are under way;
//! records are taken up in the order in which they came; each that is lost is counted. Survives a
//! crash: nothing.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many records may be under way: about 2 MiB of them at most.
const ROOM: u32 = 1024;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the tasks take records from, one task at a time.
type Records<T> = tokio::sync::Mutex<UnboundedReceiver<(T, OwnedSemaphorePermit)>>;

/// The way to one place that takes records.
pub(crate) struct Courier<T> {
    /// The channel has no bound of its own: each record holds a permit until it is handed on.
    sender: UnboundedSender<(T, OwnedSemaphorePermit)>,
    room: Arc<Semaphore>,
    /// What hands records on, until the first one starts it.
    work: Mutex<Vec<Work>>,
    lost: Arc<Lost>,
}

/// The records that were not handed on.
struct Lost {
    to: &'static str,
    count: AtomicU64,
}

impl<T: Send + 'static> Courier<T> {
    /// A way to the place of this name, which takes so many at once. `hand_on` says why it failed; it
    /// may not panic.
    pub(crate) fn new<F>(
        to: &'static str,
        at_once: usize,
        hand_on: impl Fn(T) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let (sender, receiver) = unbounded_channel();
        let lost = Arc::new(Lost { to, count: AtomicU64::new(0) });
        let (records, hand_on) = (Arc::new(tokio::sync::Mutex::new(receiver)), Arc::new(hand_on));
        let task = || {
            Box::pin(work(Arc::clone(&records), Arc::clone(&hand_on), Arc::clone(&lost))) as Work
        };
        Self {
            sender,
            room: Arc::new(Semaphore::new(ROOM as usize)),
            work: Mutex::new((0..at_once).map(|_| task()).collect()),
            lost,
        }
    }

    /// Takes a record along, or counts it as lost when there is no room.
    pub(crate) fn take(&self, record: T) {
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            return self.lost.count("there is no room for more");
        };
        self.start();
        if self.sender.send((record, permit)).is_err() {
            self.lost.count("the runtime that hands them on has ended");
        }
    }

    /// Waits until nothing is under way, at most this long, and tells how much then still is. What
    /// comes meanwhile is lost.
    pub(crate) async fn finish(&self, limit: Duration) -> usize {
        let finished = tokio::time::timeout(limit, self.room.acquire_many(ROOM)).await.is_ok();
        if finished { 0 } else { ROOM as usize - self.room.available_permits() }
    }

    /// How many records were lost so far.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.count.load(Ordering::Relaxed)
    }

    /// Starts the tasks with the first record that has a runtime.
    fn start(&self) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if !work.is_empty()
            && let Ok(runtime) = Handle::try_current()
        {
            for task in std::mem::take(&mut *work) {
                runtime.spawn(task);
            }
        }
    }
}

async fn work<T, F>(records: Arc<Records<T>>, hand_on: Arc<impl Fn(T) -> F>, lost: Arc<Lost>)
where
    F: Future<Output = Result<(), String>>,
{
    loop {
        let next = records.lock().await.recv().await;
        let Some((record, permit)) = next else { break };
        if let Err(reason) = hand_on(record).await {
            lost.count(&reason);
        }
        drop(permit);
    }
}

impl Lost {
    /// Counts one. A line for each would fill the log while a place is out of reach.
    fn count(&self, reason: &str) {
        #[cfg(feature = "metrics")]
        crate::measures::lost(self.to);
        let lost = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if lost.is_power_of_two() {
            tracing::warn!(lost, to = self.to, "a record of a handler's call is lost: {reason}");
        }
    }
}

impl<T> fmt::Debug for Courier<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("to", &self.lost.to).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
