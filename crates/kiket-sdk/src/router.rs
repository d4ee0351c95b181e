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
use crate::body::Fault;
use crate::handlers::Handlers;
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
        let registration = Arc::clone(self.find(&head)?);
        let text = str::from_utf8(&body).map_err(|_| Fault::NotUtf8)?;
        let span = tracing::info_span!(
            "delivery",
            event = registration.event(),
            version = registration.version(),
            id = Empty,
        );
        let attempt = Attempt {
            settings: Arc::clone(&self.settings),
            registration: Arc::clone(&registration),
            headers: head.headers,
        };
        handle(&registration, text, attempt).instrument(span).await
    }

    fn find(&self, head: &Parts) -> Result<&Arc<Registration>, Refusal> {
        let target = Target::of(head);
        let version = target.version.ok_or(Refusal::NoVersion)?;
        self.handlers.find(target.event.ok_or(Refusal::UnknownEvent)?, version)
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
