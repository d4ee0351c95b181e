//! Work that goes on after the answer: counted, bounded, and finished before the program ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, Span};

use crate::panics::unless_panicked;
use crate::telemetry::LONGEST_LOGGED;
use crate::{Context, Result};

/// How many pieces of work may wait or run at once.
const MOST: usize = 1024;

tokio::task_local! {
    /// Set in authors' background work.
    static HERE: ();
}

/// Whether this is background work.
pub(crate) fn is_here() -> bool {
    HERE.try_with(|()| ()).is_ok()
}

/// Too much work is under way; the delivery that asked for more fails with 503 and comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MOST} pieces of background work are under way, and no more are taken until some end")]
pub struct BackgroundFull;

/// What goes on outside of requests. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Background {
    tasks: TaskTracker,
    room: Arc<Semaphore>,
    /// Tells authors' work that there is no time left for it.
    #[cfg(feature = "lambda")]
    given_up: Arc<tokio::sync::Notify>,
}

impl Background {
    pub(crate) fn new() -> Self {
        Self {
            tasks: TaskTracker::new(),
            room: Arc::new(Semaphore::new(MOST)),
            #[cfg(feature = "lambda")]
            given_up: Arc::default(),
        }
    }

    /// Starts an author's work for the delivery of this context, if there is room.
    pub(crate) fn start(
        &self,
        context: Context,
        work: impl Future<Output = Result> + Send + 'static,
    ) -> std::result::Result<(), BackgroundFull> {
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| BackgroundFull)?;
        #[cfg(feature = "metrics")]
        let counted = crate::measures::UnderWay::begun();
        let work = HERE.scope((), unless_panicked(work));
        let work = async move {
            #[cfg(feature = "metrics")]
            let _counted = counted;
            match work.await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    let failure = context.scrubbed(&error.to_string(), LONGEST_LOGGED);
                    tracing::error!("background work failed: {failure}");
                }
                None => tracing::error!("background work panicked; its message is above"),
            }
            drop(room);
        };
        #[cfg(feature = "lambda")]
        let work = {
            let given_up = Arc::clone(&self.given_up).notified_owned();
            async move {
                tokio::select! {
                    () = work => {}
                    () = given_up => {}
                }
            }
        };
        self.tasks.spawn(work.instrument(Span::current()));
        Ok(())
    }

    /// Goes on with a request's work. Without a runtime, at the very end, it is dropped.
    pub(crate) fn spawn(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Option<JoinHandle<()>> {
        let runtime = Handle::try_current().ok()?;
        Some(self.tasks.spawn_on(work, &runtime))
    }

    /// Tells that the end has come. Work is still taken: what runs may need it to finish.
    pub(crate) fn close(&self) {
        self.tasks.close();
    }

    /// Whether the end has come.
    pub(crate) fn is_closed(&self) -> bool {
        self.tasks.is_closed()
    }

    /// Waits until nothing is under way, at most this long; what is then still under way is told.
    pub(crate) async fn finish(&self, limit: Duration) -> usize {
        self.tasks.close();
        let ended = tokio::time::timeout(limit, self.tasks.wait()).await;
        if ended.is_ok() { 0 } else { self.tasks.len() }
    }

    /// Waits until nothing is under way, at most until `end`; an author's work that is then still
    /// under way is told and dropped. More may come later.
    #[cfg(feature = "lambda")]
    pub(crate) async fn settle(&self, end: tokio::time::Instant) -> usize {
        self.tasks.close();
        let ended = tokio::time::timeout_at(end, self.tasks.wait()).await;
        let unfinished = if ended.is_ok() { 0 } else { self.tasks.len() };
        self.given_up.notify_waiters();
        self.tasks.reopen();
        unfinished
    }
}
