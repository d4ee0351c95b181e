//! Ends connections on which nothing happens.
//!
//! Whoever has proved nothing yet can open a connection and send no request, or half of one, or never
//! read the answer. Every connection counts what it serves; a look at all of them, now and then, ends
//! those that were idle at too many looks in a row. That costs a request two
//! counts, where a timer for each would cost more than the rest of its dispatch.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::task::AbortHandle;

/// From one look to the next.
pub(super) const PAUSE: Duration = Duration::from_secs(15);
/// From one look to the next when the program is to end.
pub(super) const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// At how many looks in a row a connection may be idle that has served nothing at all: so it may
/// take 15 to 30 seconds for its first request.
const LOOKS_BEFORE_THE_FIRST: u32 = 1;
/// The same for one that has served something: 75 to 90 seconds, which is longer than the proxies in
/// front keep an idle connection, so that none is closed while they are about to use it.
const LOOKS_AFTER_THE_FIRST: u32 = 4;

/// What a connection is doing.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Requests that are being answered.
    running: AtomicUsize,
    /// Whether one has come since the last look.
    served: AtomicBool,
}

/// A request that is being answered; dropped with its end.
pub(super) struct AtWork<'a>(&'a Activity);

impl Activity {
    pub(super) fn begin(&self) -> AtWork<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        AtWork(self)
    }

    /// Whether nothing has happened since this was asked last. A request that ends in between is
    /// seen by one of the two looks, because it says that it was served before it stops to run.
    fn is_idle(&self) -> bool {
        let rests = self.running.load(Ordering::Acquire) == 0;
        let served = self.served.swap(false, Ordering::Relaxed);
        rests && !served
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.served.store(true, Ordering::Relaxed);
        self.0.running.fetch_sub(1, Ordering::Release);
    }
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Vec<Watched>>);

#[derive(Debug)]
struct Watched {
    activity: Weak<Activity>,
    task: AbortHandle,
    /// Whether it has served anything.
    has_served: bool,
    /// At how many looks in a row it was idle.
    idle_looks: u32,
}

impl Watch {
    /// Watches a connection until its activity is dropped.
    pub(super) fn add(&self, activity: &Arc<Activity>, task: AbortHandle) {
        let activity = Arc::downgrade(activity);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What has ended is let go before more room is taken, so that connections which come and go
        // take up no more than those that are open.
        if open.len() == open.capacity() {
            open.retain(|watched| watched.activity.strong_count() > 0);
        }
        open.push(Watched { activity, task, has_served: false, idle_looks: 0 });
    }

    /// Looks at all connections, again and again.
    pub(super) async fn run(&self, pause: Duration) -> Infallible {
        loop {
            tokio::time::sleep(pause).await;
            let ended = self.look();
            if ended > 0 {
                tracing::debug!(ended, "ended connections on which nothing happened");
            }
        }
    }

    fn look(&self) -> usize {
        let mut ended = 0;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain_mut(|watched| {
            let Some(activity) = watched.activity.upgrade() else { return false };
            if !activity.is_idle() {
                (watched.has_served, watched.idle_looks) = (true, 0);
                return true;
            }
            watched.idle_looks += 1;
            let may_be_idle =
                if watched.has_served { LOOKS_AFTER_THE_FIRST } else { LOOKS_BEFORE_THE_FIRST };
            let is_to_end = watched.idle_looks > may_be_idle;
            if is_to_end {
                watched.task.abort();
                ended += 1;
            }
            !is_to_end
        });
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(watch: &Watch) -> (Arc<Activity>, tokio::task::JoinHandle<()>) {
        let activity = Arc::new(Activity::default());
        let task = tokio::spawn(std::future::pending());
        watch.add(&activity, task.abort_handle());
        (activity, task)
    }

    #[tokio::test]
    async fn a_connection_that_serves_nothing_is_ended_after_a_whole_pause() {
        let watch = Watch::default();
        let (_activity, task) = watched(&watch);
        assert_eq!((watch.look(), watch.look(), watch.look()), (0, 1, 0));
        assert!(task.await.unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn one_at_work_or_used_since_the_last_look_is_kept() {
        let watch = Watch::default();
        let (activity, _task) = watched(&watch);
        let at_work = activity.begin();
        assert_eq!((watch.look(), watch.look()), (0, 0));
        drop(at_work);
        let looks: Vec<_> = (0..6).map(|_| watch.look()).collect();
        assert_eq!(looks, [0, 0, 0, 0, 0, 1]);
    }

    #[tokio::test]
    async fn those_that_have_ended_make_room_before_more_is_taken() {
        let watch = Watch::default();
        for _ in 0..1_000 {
            drop(watched(&watch));
        }
        assert!(watch.0.lock().unwrap().capacity() < 10);
    }

    #[tokio::test]
    async fn one_that_has_ended_is_no_longer_watched() {
        let watch = Watch::default();
        drop(watched(&watch));
        assert_eq!(watch.look(), 0);
        assert!(watch.0.lock().unwrap().is_empty());
    }
}
