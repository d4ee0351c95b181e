//! A handler with what it handles.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use kiket_contract::event::{self, DEFAULT_VERSION, same_version};
use kiket_contract::health::{ANY, HandlerKind};

use crate::handler::{self, Answer, Erased, Handler, Payload};
use crate::{ActionResult, Context, Guard, Result};

/// A handler and what it handles. Made by `#[webhook]`, `#[guard]` and `#[action]` with
/// [`handlers!`](crate::handlers), or here.
pub struct Registration {
    kind: HandlerKind,
    event: Cow<'static, str>,
    version: Cow<'static, str>,
    scopes: Vec<&'static str>,
    place: &'static Location<'static>,
    handler: Box<dyn Erased>,
}

impl Registration {
    /// A handler of one version of an event.
    #[must_use]
    #[track_caller]
    pub fn webhook<T: Payload, R: Answer>(
        event: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, R>,
    ) -> Self {
        Self::new(HandlerKind::Webhook, event.into(), version.into(), handler)
    }

    /// A guard: it decides on one version of an event that asks before it acts.
    #[must_use]
    #[track_caller]
    pub fn guard<T: Payload>(
        event: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, Guard>,
    ) -> Self {
        Self::new(HandlerKind::Guard, event.into(), version.into(), handler)
    }

    /// The handler of an action, by the key that the manifest declares. Its event is `action.` and
    /// the key, in version `v1`.
    #[must_use]
    #[track_caller]
    pub fn action<T: Payload>(
        key: impl Into<Cow<'static, str>>,
        handler: impl Handler<T, ActionResult>,
    ) -> Self {
        let event = event::action(&key.into());
        Self::new(HandlerKind::Action, event.into(), DEFAULT_VERSION.into(), handler)
    }

    /// The handler of every event and version that no other handler takes.
    ///
    /// Events that ask before they act and calls of actions never reach it: Kiket would read an
    /// answer that was not meant as a guard's, and take one that says nothing for "allow".
    #[must_use]
    #[track_caller]
    pub fn fallback<T: Payload, R: Answer>(handler: impl Handler<T, R>) -> Self {
        Self::new(HandlerKind::Fallback, ANY.into(), ANY.into(), handler)
    }

    #[track_caller]
    fn new<T: Payload, R: Answer>(
        kind: HandlerKind,
        event: Cow<'static, str>,
        version: Cow<'static, str>,
        handler: impl Handler<T, R>,
    ) -> Self {
        let (place, handler) = (Location::caller(), handler::erase(handler));
        Self { kind, event, version, scopes: Vec::new(), place, handler }
    }

    /// Calls the handler only with these scopes; without one of them the answer is 403.
    #[must_use]
    pub fn required_scopes(mut self, scopes: impl IntoIterator<Item = &'static str>) -> Self {
        self.scopes = scopes.into_iter().collect();
        self
    }

    /// The registration of [`Context::for_test`].
    pub(crate) fn for_test(place: &'static Location<'static>) -> Self {
        async fn nothing((): (), _context: Context) -> Result {
            Ok(())
        }
        Self { place, ..Self::webhook("test", DEFAULT_VERSION, nothing) }
    }

    pub(crate) fn event(&self) -> &str {
        &self.event
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn scopes(&self) -> &[&'static str] {
        &self.scopes
    }

    pub(crate) fn kind(&self) -> HandlerKind {
        self.kind
    }

    /// Whether it takes deliveries of an event that it names: as a webhook handler or a guard.
    pub(crate) fn is_of_event(&self) -> bool {
        matches!(self.kind, HandlerKind::Webhook | HandlerKind::Guard)
    }

    /// The key of the action, if it handles one.
    pub(crate) fn action_key(&self) -> Option<&str> {
        let is_action = self.kind == HandlerKind::Action;
        is_action.then(|| event::action_key(&self.event)).flatten()
    }

    pub(crate) fn handler(&self) -> &dyn Erased {
        self.handler.as_ref()
    }

    pub(crate) fn place(&self) -> &'static Location<'static> {
        self.place
    }

    pub(crate) fn handles(&self, event: &str, version: &str) -> bool {
        self.event == event && same_version(&self.version, version)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("kind", &self.kind)
            .field("event", &self.event)
            .field("version", &self.version)
            .field("scopes", &self.scopes)
            .field("place", &format_args!("{}", self.place))
            .finish_non_exhaustive()
    }
}
