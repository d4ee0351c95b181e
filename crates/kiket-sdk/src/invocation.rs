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
use crate::idempotency::{Kept, Mark};
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
        let Some((invocation, ending)) =
            ending.and_then(|ending| Some((attended.0.take()?, ending)))
        else {
            drop(attended);
            return answer::late();
        };
        invocation.finish(ending).await
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
        self.tell(&ending);
        let answer = match ending {
            Ending::Answered(body) => answer::success(body),
            Ending::Failed(error) => answer::failed(&error),
            Ending::Panicked => answer::panicked(),
            Ending::TimedOut => answer::late(),
        };
        if let Some(kept) = Kept::of(self.kind(), &answer) {
            self.mark.keep(kept, self.context.now()).await;
        }
        answer
    }

    fn tell(&self, ending: &Ending) {
        telemetry::tell(&self.context, ending, self.start);
    }

    fn kind(&self) -> HandlerKind {
        self.context.kind()
    }

    /// Goes on without the request, if that may be of use.
    fn leave(self) {
        self.context.cancel();
        let end = self.last_moment();
        if end <= Instant::now() {
            return self.tell(&Ending::TimedOut);
        }
        let background = self.context.configuration().background.clone();
        background.spawn(self.outlive(end).instrument(Span::current()));
    }

    /// How long the handler may run when nobody waits for it any more.
    fn last_moment(&self) -> Instant {
        match self.context.deadline_instant() {
            Some(deadline) if self.kind() == HandlerKind::Guard => deadline,
            _ => Instant::now() + self.context.configuration().options.overrun,
        }
    }

    async fn outlive(mut self, end: Instant) {
        match until(Some(end), self.ending()).await {
            Some(ending) => drop(self.finish(ending).await),
            None => self.tell(&Ending::TimedOut),
        }
    }
}

/// An invocation whose request is still there. When this is dropped, the caller has gone.
struct Attended(Option<Invocation>);

impl Drop for Attended {
    fn drop(&mut self) {
        if let Some(invocation) = self.0.take() {
            invocation.leave();
        }
    }
}
