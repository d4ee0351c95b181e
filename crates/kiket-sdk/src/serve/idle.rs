//! Ends connections on which nothing happens.
//!
//! Whoever has proved nothing yet can open a connection and send no request, or half of one, or never
//! read the answer. Every connection counts what it serves; a look at all of them, now and then, ends
//! those that have served nothing since the last one and are not at work. That costs a request two
//! counts, where a timer for each would cost more than the rest of its dispatch.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::task::AbortHandle;

/// From one look to the next. A connection may be idle for this long, and for
/// at most twice as long.
pub(super) const PAUSE: Duration = Duration::from_secs(15);

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

    /// Whether nothing has happened since this was asked last.
    fn is_idle(&self) -> bool {
        let served = self.served.swap(false, Ordering::Relaxed);
        !served && self.running.load(Ordering::Relaxed) == 0
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.served.store(true, Ordering::Relaxed);
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Vec<Watched>>);

#[derive(Debug)]
struct Watched {
    activity: Weak<Activity>,
    task: AbortHandle,
    /// A new connection gets a whole pause.
    is_new: bool,
}

impl Watch {
    /// Watches a connection until its activity is dropped.
    pub(super) fn add(&self, activity: &Arc<Activity>, task: AbortHandle) {
        let watched = Watched { activity: Arc::downgrade(activity), task, is_new: true };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(watched);
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
            let is_idle = activity.is_idle() && !watched.is_new;
            watched.is_new = false;
            if is_idle {
                watched.task.abort();
                ended += 1;
            }
            !is_idle
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
        assert_eq!((watch.look(), watch.look()), (0, 1));
    }

    #[tokio::test]
    async fn one_that_has_ended_is_no_longer_watched() {
        let watch = Watch::default();
        drop(watched(&watch));
        assert_eq!(watch.look(), 0);
        assert!(watch.0.lock().unwrap().is_empty());
    }
}
