//! Handlers: async functions from a payload and a [`Context`] to an answer, and how the router
//! calls them without knowing their types.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer;
use crate::attempt::Attempt;
use crate::body::{self, Envelope};
use crate::idempotency::Keys;
use crate::refusal::Refusal;
use crate::{Context, HandlerError, Result};

/// What a handler is given: any type that serde reads and that owns its data.
///
/// It is read from the body's JSON object. `authentication` and `secrets` are never part of it: the
/// [`Context`] has them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a webhook body",
    label = "cannot be read from JSON",
    note = "add `#[derive(serde::Deserialize)]`, or take a `serde_json::Value`",
    note = "a payload owns its data: `String` rather than `&str`"
)]
pub trait Payload: DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> Payload for T {}

/// What a handler answers with: any type that serde writes. `()`, and whatever else is written as
/// `null`, becomes `{"ok":true}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a webhook answer",
    label = "cannot be written as JSON",
    note = "add `#[derive(serde::Serialize)]`, or return `Result<serde_json::Value>` or `Result<()>`"
)]
pub trait Answer: Serialize + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<R: Serialize + Send + 'static> Answer for R {}

/// An async function of a payload and a [`Context`]. Closures and functions are handlers; there is
/// no reason to implement this.
pub trait Handler<T, R>: Send + Sync + 'static {
    /// Calls the function.
    fn call(
        &self,
        payload: T,
        context: Context,
    ) -> impl Future<Output = Result<R>> + Send + 'static;
}

impl<F, T, R, A> Handler<T, R> for F
where
    F: Fn(T, Context) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R>> + Send + 'static,
    T: Payload,
    R: Answer,
{
    fn call(
        &self,
        payload: T,
        context: Context,
    ) -> impl Future<Output = Result<R>> + Send + 'static {
        self(payload, context)
    }
}

/// The body of the answer, on its way.
pub(crate) type Answering =
    Pin<Box<dyn Future<Output = std::result::Result<Bytes, HandlerError>> + Send>>;

/// A handler with everything that it needs, and nothing of it run yet.
pub(crate) struct Prepared {
    pub(crate) handler: Answering,
    pub(crate) context: Context,
    pub(crate) keys: Option<Keys>,
}

/// A handler whose types the router need not know.
pub(crate) trait Erased: Send + Sync + 'static {
    /// Reads the body and lets `attempt` check what is around the payload.
    fn prepare(&self, body: &str, attempt: Attempt) -> std::result::Result<Prepared, Refusal>;
}

pub(crate) fn erase<T: Payload, R: Answer>(handler: impl Handler<T, R>) -> Box<dyn Erased> {
    Box::new(Typed { handler: Arc::new(handler), types: PhantomData })
}

struct Typed<H, T, R> {
    handler: Arc<H>,
    types: PhantomData<fn(T) -> R>,
}

impl<H: Handler<T, R>, T: Payload, R: Answer> Erased for Typed<H, T, R> {
    fn prepare(&self, body: &str, attempt: Attempt) -> std::result::Result<Prepared, Refusal> {
        let mut envelope = Envelope::default();
        let payload: T =
            body::read(body, &mut envelope).map_err(|fault| attempt.misfit(fault, &envelope))?;
        let (context, keys) = attempt.admit(body, &mut envelope)?;
        let (handler, given) = (Arc::clone(&self.handler), context.clone());
        // Not called before it is polled: a repeated delivery must not run any of it.
        let handler = Box::pin(async move {
            let answer = handler.call(payload, given).await?;
            answer::render(&answer).map_err(HandlerError::internal)
        });
        Ok(Prepared { handler, context, keys })
    }
}
