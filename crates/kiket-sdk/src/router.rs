//! From a request to its answer: route, bounded body, verification, memory, handler.
//!
//! Nothing is trusted before a proof of its origin holds. The request's host is never looked at.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::Full;
use hyper::header::HeaderName;
use hyper::http::request::Parts;
use hyper::{Request, Uri};
use kiket_contract::header;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::answer::{self, Response};
use crate::attempt::Attempt;
use crate::body::{self, Fault};
use crate::handler::Prepared;
use crate::handlers::{Found, Handlers};
use crate::idempotency::{Claim, Mark, Memory};
use crate::incoming::{Bodies, check_is_json};
use crate::invocation::Invocation;
use crate::panics::caught;
use crate::refusal::{Refusal, named};
use crate::route::{Route, Target};
use crate::settings::Settings;
use crate::trace::TraceParent;
use crate::verify::Verifier;
use crate::{Context, health};

static INVOCATION: HeaderName = HeaderName::from_static(header::INVOCATION);

/// How much of a path is logged, in characters.
const LONGEST_PATH: usize = 200;

/// Answers every request of an extension.
#[derive(Debug)]
pub(crate) struct Router {
    settings: Arc<Settings>,
    verifier: Verifier,
    handlers: Handlers,
    incoming: Bodies,
    memory: Memory,
}

impl Router {
    pub(crate) fn new(
        settings: Arc<Settings>,
        verifier: Verifier,
        handlers: Handlers,
        memory: Memory,
    ) -> Self {
        Self { settings, verifier, handlers, incoming: Bodies::new(), memory }
    }

    pub(crate) async fn answer<B>(&self, request: Request<B>) -> hyper::Response<Full<Bytes>>
    where
        B: Body<Data = Bytes>,
    {
        let (mut head, body) = request.into_parts();
        let answer = match Route::of(&head.method, head.uri.path()) {
            Route::Health => health::answer(&self.settings, &self.handlers),
            Route::Ready => health::ready(&self.settings, self.memory.fault().await),
            Route::WrongMethod(allow) => refused(&Refusal::WrongMethod { allow }),
            Route::Webhook => self.webhook(&mut head, body).await,
        };
        answer.map(Full::new)
    }

    /// Waits for what goes on after answers, and tells how much of it did not end in time; then, for
    /// what is left of the time, until records of handlers' calls are out.
    pub(crate) async fn finish(&self, limit: Duration) -> usize {
        let end = Instant::now() + limit;
        let unfinished = self.settings.background.finish(limit).await;
        self.settings.reporter.finish(end.saturating_duration_since(Instant::now())).await;
        unfinished
    }

    /// Whether every request is taken for Kiket's.
    pub(crate) fn is_unverified(&self) -> bool {
        self.verifier.is_unverified()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    async fn webhook(&self, head: &mut Parts, body: impl Body<Data = Bytes>) -> Response {
        let invocation = head.headers.get(&INVOCATION).cloned();
        self.deliver(head, body).await.unwrap_or_else(|refusal| {
            let invocation = invocation.as_ref().and_then(|id| id.to_str().ok()).map(named);
            let (path, status) = (shown(&head.uri), refusal.status());
            tracing::warn!(path, invocation, status, "refused: {refusal}");
            refused(&refusal)
        })
    }

    async fn deliver(
        &self,
        head: &mut Parts,
        body: impl Body<Data = Bytes>,
    ) -> Result<Response, Refusal> {
        let Some(prepared) = self.prepare(head, body).await? else {
            tracing::error!("reading the payload panicked; the message is above");
            return Ok(answer::panicked());
        };
        let span = span(&prepared.context);
        if span.is_disabled() {
            return self.handle(prepared).await;
        }
        self.handle(prepared).instrument(span).await
    }

    /// A verified delivery, ready for its handler; `None` when reading its payload panicked. The
    /// headers are taken out of the head, for the handler.
    async fn prepare(
        &self,
        head: &mut Parts,
        body: impl Body<Data = Bytes>,
    ) -> Result<Option<Prepared>, Refusal> {
        let start = Instant::now();
        let proof = self.verifier.proof(&head.headers, self.settings.clock.now())?;
        let body = self.incoming.read(body, start).await?;
        let verified = self.verifier.verify(proof, &body, &self.settings.clock).await?;
        check_is_json(&head.headers)?;
        let text = str::from_utf8(&body).map_err(|_| Fault::NotUtf8)?;
        let found = self.find(head, text)?;
        let (settings, headers) = (Arc::clone(&self.settings), std::mem::take(&mut head.headers));
        let attempt = Attempt { settings, found, headers, start, claims: verified.claims };
        let registration = Arc::clone(attempt.found.registration());
        caught(|| registration.handler().prepare(text, attempt)).transpose()
    }

    async fn handle(&self, prepared: Prepared) -> Result<Response, Refusal> {
        let Prepared { handler, context, keys } = prepared;
        let mark = match keys {
            None => Mark::Nothing,
            Some(keys) => match self.memory.claim(keys, &context).await {
                Claim::First(mark) => mark,
                Claim::Repeat(kept) => {
                    #[cfg(feature = "metrics")]
                    crate::measures::repeat();
                    tracing::debug!(status = kept.status, "repeated: answered from memory");
                    return Ok(answer::repeated(kept));
                }
                Claim::Running => return Err(Refusal::StillRunning),
                #[cfg(feature = "redis")]
                Claim::Unknown(cause) => return Err(Refusal::MemoryUnreachable(cause)),
            },
        };
        Ok(Invocation::new(handler, context, mark).run().await)
    }

    /// The handler of the event that the request names, of the action that the body calls, or of
    /// whatever is left, in this order: so most bodies are read only once. A body that calls an
    /// action is refused by the handler of an event before it is called.
    fn find(&self, head: &Parts, body: &str) -> Result<Found, Refusal> {
        let target = Target::of(head);
        self.handlers.of_event(&target).or_else(|refusal| match body::action_key(body) {
            Some(key) => self.handlers.of_action(&key),
            None => self.handlers.fallback(&target).ok_or(refusal),
        })
    }
}

/// What is logged about a delivery stands in its span.
fn span(context: &Context) -> Span {
    let span = tracing::error_span!(
        "delivery",
        extension = %context.extension_id(),
        event = %context.event(),
        version = %context.event_version(),
        id = context.delivery_id().map(tracing::field::display),
        trace_id = Empty,
        parent_id = Empty,
        outcome = Empty,
    );
    if !span.is_disabled()
        && let Some(TraceParent { trace_id, parent_id }) = TraceParent::of(context.headers())
    {
        span.record("trace_id", trace_id).record("parent_id", parent_id);
    }
    span
}

fn refused(refusal: &Refusal) -> Response {
    #[cfg(feature = "metrics")]
    crate::measures::refusal(refusal);
    answer::refused(refusal)
}

/// As much of the path as is worth logging.
fn shown(uri: &Uri) -> String {
    uri.path().chars().take(LONGEST_PATH).collect()
}
