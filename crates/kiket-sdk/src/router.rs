//! From a request to its answer: route, bounded body, verification, handler.
//!
//! Nothing is parsed or trusted before the signature holds. The request's host is never looked at.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::Request;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use kiket_contract::header;
use tracing::Instrument;
use tracing::field::Empty;

use crate::answer::{self, Response};
use crate::attempt::Attempt;
use crate::body::{self, Fault};
use crate::handlers::{Found, Handlers};
use crate::incoming::Bodies;
use crate::refusal::Refusal;
use crate::route::{Route, Target};
use crate::settings::Settings;
use crate::verify::{Proof, Verifier};
use crate::{HandlerError, Registration, health};

/// How much of a path is logged, in characters.
const LONGEST_PATH: usize = 200;

/// Answers every request of an extension.
#[derive(Debug)]
pub(crate) struct Router {
    settings: Arc<Settings>,
    verifier: Verifier,
    handlers: Handlers,
    incoming: Bodies,
}

impl Router {
    pub(crate) fn new(settings: Arc<Settings>, verifier: Verifier, handlers: Handlers) -> Self {
        Self { settings, verifier, handlers, incoming: Bodies::new() }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response {
        match Route::of(request.method(), request.uri().path()) {
            Route::Health => health::answer(&self.settings, &self.handlers),
            Route::WrongMethod(allow) => answer::refused(&Refusal::WrongMethod { allow }),
            Route::Webhook => self.webhook(request).await,
        }
    }

    async fn webhook(&self, request: Request<Incoming>) -> Response {
        let path = request.uri().path().chars().take(LONGEST_PATH).collect::<String>();
        let invocation = request.headers().get(header::INVOCATION).cloned();
        self.deliver(request).await.unwrap_or_else(|refusal| {
            let invocation = invocation.as_ref().and_then(|id| id.to_str().ok());
            tracing::warn!(path, invocation, status = refusal.status(), "refused: {refusal}");
            answer::refused(&refusal)
        })
    }

    async fn deliver(&self, request: Request<Incoming>) -> Result<Response, Refusal> {
        let (head, body) = request.into_parts();
        let proof = Proof::of(&head.headers, self.settings.clock.now())?;
        let body = self.incoming.read(body).await?;
        self.verifier.verify(proof, &body, self.settings.clock.now())?;
        let text = str::from_utf8(&body).map_err(|_| Fault::NotUtf8)?;
        let found = self.find(&head, text)?;
        let span = tracing::info_span!(
            "delivery",
            event = found.event(),
            version = found.version(),
            id = Empty,
        );
        let registration = Arc::clone(found.registration());
        let settings = Arc::clone(&self.settings);
        let attempt = Attempt { settings, found, headers: head.headers };
        handle(&registration, text, attempt).instrument(span).await
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

async fn handle(
    registration: &Registration,
    body: &str,
    attempt: Attempt,
) -> Result<Response, Refusal> {
    let answer = async { Ok(registration.handler().begin(body, attempt)?.await) };
    match unless_panicked(answer).await {
        Some(Ok(Ok(body))) => Ok(answer::success(body)),
        Some(Ok(Err(error))) => {
            log(&error);
            Ok(answer::failed(&error))
        }
        Some(Err(refusal)) => Err(refusal),
        None => {
            tracing::error!("the handler panicked; its message is above");
            Ok(answer::panicked())
        }
    }
}

fn log(error: &HandlerError) {
    let status = error.status();
    if status == 500 {
        tracing::error!(status, "the handler failed: {error}");
    } else {
        tracing::warn!(status, "the handler failed: {error}");
    }
}

/// What the future gives, or `None` when it panicked. It is not polled again after that.
async fn unless_panicked<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}
