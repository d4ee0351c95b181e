//! What `#[webhook]` expands to: not for use by hand.

use crate::{Context, HandlerError, Registration};

use crate::handler::{Answer, Payload};

/// A handler that was declared with an attribute.
pub trait Declared {
    /// The handler with what it handles.
    fn registration() -> Registration;
}

/// Compiles when the first argument can be a payload.
pub fn payload<T: Payload>() {}

/// Compiles when the second argument is [`Context`].
pub fn context<T: SecondArgument>() {}

/// Compiles when a handler may return this.
pub fn returned<T: Returned>()
where
    T::Answer: Answer,
{
}

/// The second argument of a handler.
#[diagnostic::on_unimplemented(
    message = "the second argument of a webhook handler is `Context`, not `{Self}`",
    label = "must be `kiket_sdk::Context`"
)]
pub trait SecondArgument {}

impl SecondArgument for Context {}

/// What a handler returns.
#[diagnostic::on_unimplemented(
    message = "a webhook handler returns `kiket_sdk::Result<…>`, not `{Self}`",
    label = "must be `kiket_sdk::Result<…>`",
    note = "with `use kiket_sdk::prelude::*`: `-> Result<()>`, or `-> Result<serde_json::Value>`"
)]
pub trait Returned {
    /// What it answers with.
    type Answer;
}

impl<R> Returned for Result<R, HandlerError> {
    type Answer = R;
}
