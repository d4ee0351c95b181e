//! How a handler fails, and what the platform makes of it.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::background::BackgroundFull;
use crate::scopes::MissingScopes;

/// Any other error, as `?` and [`HandlerError::internal`] take it.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// What a handler answers with, or how it failed.
pub type Result<T = (), E = HandlerError> = std::result::Result<T, E>;

const FORBIDDEN: u16 = 403;
const UNPROCESSABLE: u16 = 422;
const TOO_MANY_REQUESTS: u16 = 429;
const INTERNAL: u16 = 500;
const UNAVAILABLE: u16 = 503;

/// How a handler failed: permanently, for now, or through a fault of its own.
///
/// `?` turns every error into one. A failed call to Kiket keeps its meaning, however deep it is
/// wrapped: 403 stays 403, 429 stays 429 with its wait, other 4xx become a permanent 422; 401, 408,
/// 5xx and a lost connection become 503, which Kiket tries again. [`MissingScopes`] becomes 403.
/// Everything else becomes 500, and its text goes to the log and not to the caller.
///
/// ```
/// use kiket_sdk::prelude::*;
///
/// fn amount(text: &str) -> Result<u32> {
///     let number: u32 = text.parse().or_permanent(422, "the amount is not a number")?;
///     if number > 100 {
///         return Err(HandlerError::permanent(422, "the amount is too large"));
///     }
///     Ok(number)
/// }
///
/// assert_eq!(amount("7").unwrap(), 7);
/// assert_eq!(amount("many").unwrap_err().status(), 422);
/// ```
///
/// It is no `std::error::Error` itself, as with `anyhow`. `anyhow::Error` and `Box<dyn Error>` are
/// none either: `.map_err(HandlerError::internal)`.
pub struct HandlerError(Box<Failure>);

struct Failure {
    kind: Kind,
    cause: Option<Cause>,
}

/// What the caller is told.
#[derive(Debug)]
pub(crate) enum Kind {
    Permanent { status: u16, message: Cow<'static, str> },
    Retryable { status: u16, message: Cow<'static, str>, retry_after: Option<Duration> },
    MissingScopes(MissingScopes),
    Internal,
}

impl HandlerError {
    fn new(kind: Kind, cause: Option<Cause>) -> Self {
        Self(Box::new(Failure { kind, cause }))
    }

    /// A failure that no retry mends: Kiket does not call again for this delivery.
    ///
    /// The caller sees the message. With 410 Kiket also stops to call this hook, for good. A status
    /// that is not permanent by the delivery contract (anything but 4xx, and 429) becomes 422.
    #[must_use]
    pub fn permanent(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        let is_permanent = (400..500).contains(&status) && status != TOO_MANY_REQUESTS;
        let status = if is_permanent { status } else { UNPROCESSABLE };
        Self::new(Kind::Permanent { status, message: message.into() }, None)
    }

    /// A failure that may pass: 503, and Kiket calls again. The caller sees the message.
    #[must_use]
    pub fn retryable(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::new(Kind::Retryable { status: UNAVAILABLE, message, retry_after: None }, None)
    }

    /// A fault of the extension: 500, and Kiket calls again. The caller learns nothing of the
    /// error; the log has it.
    #[must_use]
    pub fn internal(error: impl Into<Cause>) -> Self {
        Self::new(Kind::Internal, Some(error.into()))
    }

    /// Asks Kiket to wait this long (whole seconds, rounded up) before it calls again. Changes
    /// nothing unless the failure is [`HandlerError::retryable`].
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Kind::Retryable { retry_after, .. } = &mut self.0.kind {
            *retry_after = Some(wait);
        }
        self
    }

    /// The HTTP status that it becomes.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind() {
            Kind::Permanent { status, .. } | Kind::Retryable { status, .. } => *status,
            Kind::MissingScopes(_) => FORBIDDEN,
            Kind::Internal => INTERNAL,
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    fn because(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        let mut next: Option<&(dyn StdError + 'static)> = Some(&error);
        while let Some(link) = next {
            if let Some(call) = link.downcast_ref() {
                return of_call(call).because(error.into());
            }
            if let Some(full) = link.downcast_ref::<BackgroundFull>() {
                return Self::retryable(full.to_string()).because(error.into());
            }
            if let Some(scopes) = link.downcast_ref::<MissingScopes>() {
                return Self::new(Kind::MissingScopes(scopes.clone()), Some(error.into()));
            }
            next = link.source();
        }
        Self::internal(error)
    }
}

/// What a failed call to Kiket means for the delivery that made it.
fn of_call(error: &kiket_client::Error) -> HandlerError {
    let retry_after = match error {
        kiket_client::Error::Status { retry_after, .. } => *retry_after,
        _ => None,
    };
    let retryable = |status| {
        let message = "a call to Kiket failed for now".into();
        HandlerError::new(Kind::Retryable { status, message, retry_after }, None)
    };
    match error.status() {
        Some(FORBIDDEN) => HandlerError::permanent(FORBIDDEN, "Kiket did not permit a call"),
        Some(TOO_MANY_REQUESTS) => retryable(TOO_MANY_REQUESTS),
        // The token of the next attempt is a new one.
        Some(401) => retryable(UNAVAILABLE),
        _ if error.is_retryable() => retryable(UNAVAILABLE),
        Some(400..500) => HandlerError::permanent(UNPROCESSABLE, "Kiket refused a call"),
        _ => HandlerError::new(Kind::Internal, None),
    }
}

/// The whole of it, causes included: for the log.
impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Kind::Permanent { message, .. } | Kind::Retryable { message, .. } = self.kind() {
            f.write_str(message)?;
            separator = ": ";
        }
        let mut next = self.0.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(link) = next {
            write!(f, "{separator}{link}")?;
            separator = ": ";
            next = link.source();
        }
        Ok(())
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandlerError({}: {self})", self.status())
    }
}

/// Says what a failure means, on a `Result` or an `Option`. A failure's own text goes to the log.
pub trait OrHandlerError<T> {
    /// The value, or [`HandlerError::permanent`].
    ///
    /// # Errors
    /// When there is no value.
    fn or_permanent(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T>;

    /// The value, or [`HandlerError::retryable`].
    ///
    /// # Errors
    /// When there is no value.
    fn or_retryable(self, message: impl Into<Cow<'static, str>>) -> Result<T>;
}

impl<T, E: Into<Cause>> OrHandlerError<T> for std::result::Result<T, E> {
    fn or_permanent(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|error| HandlerError::permanent(status, message).because(error.into()))
    }

    fn or_retryable(self, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|error| HandlerError::retryable(message).because(error.into()))
    }
}

impl<T> OrHandlerError<T> for Option<T> {
    fn or_permanent(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.ok_or_else(|| HandlerError::permanent(status, message))
    }

    fn or_retryable(self, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.ok_or_else(|| HandlerError::retryable(message))
    }
}

#[cfg(test)]
mod tests;
