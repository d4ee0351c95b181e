//! One call of a handler: inside its request until the deadline, and for a while outside of it.
//!
//! Moves: a started handler in, its answer out. Promises: whatever the caller does, what came of
//! the handler is logged, told to the feedback hook and remembered exactly once. A caller that hangs
//! up, or that has to be answered because time is up, does not end the handler: it may finish in the
//! background, so that the retry finds its answer. A guard may not run past its deadline, because a
//! late answer is never used. Survives a crash: nothing.

use bytes::Bytes;
use kiket_contract::health::HandlerKind;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::answer::{self, Response};
use crate::handler::Answering;
use crate::idempotency::Mark;
use crate::panics::unless_panicked;
use crate::patience::until;
use crate::{Context, HandlerError, telemetry};

/// A handler that was called, and what it was called for.
pub(crate) struct Invocation {
    handler: Answering,
    context: Context,
    mark: Mark,
    start: Instant,
}

/// How a handler ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Answered(Bytes),
    Failed(HandlerError),
    Panicked,
    /// It was dropped, because it did not end in time.
    TimedOut,
}

impl Invocation {
    pub(crate) fn new(handler: Answering, context: Context, mark: Mark) -> Self {
        Self { handler, context, mark, start: Instant::now() }
    }

    /// Runs the handler and answers with what it says, or, when time is up, with 503.
    pub(crate) async fn run(self) -> Response {
        let deadline = self.context.deadline_instant();
        let mut attended = Attended(Some(self));
        let ending = match &mut attended.0 {
            Some(invocation) => until(deadline, invocation.ending()).await,
            None => None,
        };
        let Some(invocation) = attended.0.take() else { return answer::late() };
        match ending {
            Some(ending) => invocation.finish(ending).await,
            None => {
                invocation.leave("the deadline has passed, the caller was answered 503");
                answer::late()
            }
        }
    }

    async fn ending(&mut self) -> Ending {
        match unless_panicked(&mut self.handler).await {
            Some(Ok(body)) => Ending::Answered(body),
            Some(Err(error)) => Ending::Failed(error),
            None => Ending::Panicked,
        }
    }

    /// Tells how the handler ended, and remembers its answer.
    async fn finish(self, ending: Ending) -> Response {
        // A guard that blocks its thread may end with an answer that nobody may use any more.
        let is_late = || self.context.time_left().is_some_and(|left| left.is_zero());
        let ending = match self.kind() {
            HandlerKind::Guard if is_late() => Ending::TimedOut,
            _ => ending,
        };
        self.tell(&ending);
        let answer = match ending {
            Ending::Answered(body) => answer::success(body),
            Ending::Failed(error) => answer::failed(&error),
            Ending::Panicked => answer::panicked(),
            Ending::TimedOut => answer::late(),
        };
        self.mark.keep(&answer, &self.context).await;
        answer
    }

    fn tell(&self, ending: &Ending) {
        telemetry::tell(&self.context, ending, self.start);
    }

    fn kind(&self) -> HandlerKind {
        self.context.kind()
    }

    /// Goes on without the request, if that may be of use.
    fn leave(self, why: &str) {
        self.context.cancel();
        let end = self.last_moment();
        if end.is_some_and(|end| end <= Instant::now()) {
            tracing::warn!("{why}");
            return self.tell(&Ending::TimedOut);
        }
        tracing::warn!("{why}; the handler goes on for a while, and a retry gets its answer");
        let background = self.context.configuration().background.clone();
        background.spawn(self.outlive(end).instrument(Span::current()));
    }

    /// How long the handler may run when nobody waits for it any more; `None` is for ever.
    fn last_moment(&self) -> Option<Instant> {
        match self.context.deadline_instant() {
            Some(deadline) if self.kind() == HandlerKind::Guard => Some(deadline),
            _ => Instant::now().checked_add(self.context.configuration().options.overrun),
        }
    }

    async fn outlive(mut self, end: Option<Instant>) {
        match until(end, self.ending()).await {
            Some(ending) => {
                tracing::info!(outcome = ending.name(), "the handler ended after its caller");
                drop(self.finish(ending).await);
            }
            None => self.tell(&Ending::TimedOut),
        }
    }
}

/// An invocation whose request is still there. When this is dropped, the caller has gone.
struct Attended(Option<Invocation>);

impl Drop for Attended {
    fn drop(&mut self) {
        if let Some(invocation) = self.0.take() {
            invocation.leave("the caller has hung up");
        }
    }
}
