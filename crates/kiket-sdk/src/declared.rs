//! What `#[webhook]`, `#[guard]` and `#[action]` expand to: not for use by hand.
//!
//! The bounds stand on traits of their own, so that each wrong type is reported once, in words, at
//! its place in the function's signature.

use crate::handler::{Answer, Payload};
use crate::{ActionResult, Context, Guard, HandlerError, Registration, Result};

/// A handler that was declared with an attribute.
pub trait Declared {
    /// The handler with what it handles.
    fn registration() -> Registration;
}

/// The registration of a declared webhook handler. Its types are given, so that rustc blames them.
#[track_caller]
pub fn webhook<T, C, R, A>(
    event: &'static str,
    version: &'static str,
    handler: impl Fn(T, C) -> A + Send + Sync + 'static,
) -> Registration
where
    T: Payload,
    C: SecondArgument,
    R: Returned,
    R::Answer: Answer,
    A: Future<Output = R> + Send + 'static,
{
    Registration::webhook(event, version, move |payload: T, context| {
        let answer = handler(payload, C::of(context));
        async move { answer.await.into_result() }
    })
}

/// The registration of a declared guard, as [`webhook`].
#[track_caller]
pub fn guard<T, C, R, A>(
    event: &'static str,
    version: &'static str,
    handler: impl Fn(T, C) -> A + Send + Sync + 'static,
) -> Registration
where
    T: Payload,
    C: SecondArgument,
    R: GuardReturned,
    A: Future<Output = R> + Send + 'static,
{
    Registration::guard(event, version, move |payload: T, context| {
        let answer = handler(payload, C::of(context));
        async move { answer.await.into_result() }
    })
}

/// The registration of a declared action, as [`webhook`].
#[track_caller]
pub fn action<T, C, R, A>(
    key: &'static str,
    handler: impl Fn(T, C) -> A + Send + Sync + 'static,
) -> Registration
where
    T: Payload,
    C: SecondArgument,
    R: ActionReturned,
    A: Future<Output = R> + Send + 'static,
{
    Registration::action(key, move |payload: T, context| {
        let answer = handler(payload, C::of(context));
        async move { answer.await.into_result() }
    })
}

/// The second argument of a handler.
#[diagnostic::on_unimplemented(
    message = "the second argument of a handler is `Context`, not `{Self}`",
    label = "must be `kiket_sdk::Context`"
)]
pub trait SecondArgument {
    /// Itself.
    fn of(context: Context) -> Self;
}

impl SecondArgument for Context {
    fn of(context: Context) -> Self {
        context
    }
}

/// What a webhook handler returns.
#[diagnostic::on_unimplemented(
    message = "a webhook handler returns `kiket_sdk::Result<…>`, not `{Self}`",
    label = "must be `kiket_sdk::Result<…>`",
    note = "with `use kiket_sdk::prelude::*`: `-> Result<()>`, or `-> Result<serde_json::Value>`"
)]
pub trait Returned {
    /// What it answers with.
    type Answer;

    /// Itself.
    fn into_result(self) -> Result<Self::Answer>;
}

impl<R> Returned for Result<R, HandlerError> {
    type Answer = R;

    fn into_result(self) -> Self {
        self
    }
}

/// What a guard returns.
#[diagnostic::on_unimplemented(
    message = "a guard answers with `kiket_sdk::Result<Guard>`, not `{Self}`",
    label = "must be `kiket_sdk::Result<Guard>`",
    note = "with `use kiket_sdk::prelude::*`: `-> Result<Guard>`"
)]
pub trait GuardReturned: Returned<Answer = Guard> {}

impl GuardReturned for Result<Guard, HandlerError> {}

/// What an action returns.
#[diagnostic::on_unimplemented(
    message = "an action answers with `kiket_sdk::Result<ActionResult>`, not `{Self}`",
    label = "must be `kiket_sdk::Result<ActionResult>`",
    note = "with `use kiket_sdk::prelude::*`: `-> Result<ActionResult>`"
)]
pub trait ActionReturned: Returned<Answer = ActionResult> {}

impl ActionReturned for Result<ActionResult, HandlerError> {}
