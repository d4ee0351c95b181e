//! Finished deliveries in the memory of this process.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::key::{Key, Keys};
use super::{Claim, Kept};

/// How long a finished delivery is remembered.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// How many finished deliveries are remembered.
const MOST: usize = 10_000;
/// How many bytes of answers are remembered.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The memory. It holds no more than the bounds allow, and the deliveries that run now.
#[derive(Debug, Default)]
pub(crate) struct Local(Mutex<Deliveries>);

#[derive(Debug, Default)]
struct Deliveries {
    /// With a quick hash: keys are ids and digests that only Kiket can make.
    by_key: HashMap<Key, State, RandomState>,
    /// The finished ones, oldest first.
    finished: VecDeque<Finished>,
    bytes: usize,
}

#[derive(Debug)]
enum State {
    /// Whoever waits for its end hears of it here.
    Running(Option<Arc<Notify>>),
    Finished(Kept),
}

#[derive(Debug)]
struct Finished {
    at: Timestamp,
    keys: Keys,
    bytes: usize,
}

/// The right to run a delivery.
#[derive(Debug)]
pub(crate) struct Mark {
    memory: Arc<Local>,
    /// Taken when the delivery is finished.
    keys: Option<Keys>,
}

/// What is known of a delivery at one moment.
enum Known {
    Nothing,
    Running(Arc<Notify>),
    Finished(Kept),
}

impl Local {
    pub(super) async fn claim(
        self: &Arc<Self>,
        keys: Keys,
        now: Timestamp,
        deadline: Option<Instant>,
    ) -> Claim {
        loop {
            let end;
            let ended = {
                let mut deliveries = self.lock();
                deliveries.forget_old(now);
                match deliveries.look_up(&keys) {
                    Known::Nothing => {
                        deliveries.start(&keys);
                        let (memory, keys) = (Arc::clone(self), Some(keys));
                        return Claim::First(super::Mark::Local(Mark { memory, keys }));
                    }
                    Known::Finished(kept) => return Claim::Repeat(kept),
                    Known::Running(found) => end = found,
                }
                // Made under the lock, so that an end from now on is heard.
                end.notified()
            };
            match deadline {
                None => ended.await,
                Some(deadline) => {
                    if timeout_at(deadline, ended).await.is_err() {
                        return Claim::Running;
                    }
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Deliveries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    fn look_up(&mut self, keys: &Keys) -> Known {
        for key in keys.iter() {
            match self.by_key.get_mut(&key) {
                None => {}
                Some(State::Running(end)) => {
                    return Known::Running(Arc::clone(end.get_or_insert_default()));
                }
                Some(State::Finished(kept)) => return Known::Finished(kept.clone()),
            }
        }
        Known::Nothing
    }

    fn start(&mut self, keys: &Keys) {
        for key in keys.iter() {
            self.by_key.insert(key, State::Running(None));
        }
    }

    fn finish(&mut self, keys: Keys, kept: &Kept, at: Timestamp) {
        for key in keys.iter() {
            if let Some(State::Running(Some(end))) =
                self.by_key.insert(key, State::Finished(kept.clone()))
            {
                end.notify_waiters();
            }
        }
        let bytes = kept.body.len();
        self.bytes += bytes;
        self.finished.push_back(Finished { at, keys, bytes });
        while self.finished.len() > MOST || self.bytes > MOST_BYTES {
            self.forget_oldest();
        }
    }

    fn give_up(&mut self, keys: &Keys) {
        for key in keys.iter() {
            if let Some(State::Running(Some(end))) = self.by_key.remove(&key) {
                end.notify_waiters();
            }
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        let is_old = |oldest: &Finished| now.duration_since(oldest.at) >= REMEMBERED;
        while self.finished.front().is_some_and(is_old) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.finished.pop_front() else { return };
        self.bytes -= oldest.bytes;
        for key in oldest.keys.iter() {
            if let Entry::Occupied(entry) = self.by_key.entry(key)
                && matches!(entry.get(), State::Finished(_))
            {
                entry.remove();
            }
        }
    }
}

impl Mark {
    pub(super) fn keep(mut self, kept: Kept, now: Timestamp) {
        if let Some(keys) = self.keys.take() {
            self.memory.lock().finish(keys, &kept, now);
        }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if let Some(keys) = &self.keys {
            self.memory.lock().give_up(keys);
        }
    }
}
