//! A handler with what it handles.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use kiket_contract::event::same_version;
use kiket_contract::health::HandlerKind;

use crate::handler::{self, Answer, Erased, Handler, Payload};
use crate::{Context, Result};

/// A handler and what it handles. Made by `#[webhook]` with [`handlers!`](crate::handlers), or here.
pub struct Registration {
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
        Self {
            event: event.into(),
            version: version.into(),
            scopes: Vec::new(),
            place: Location::caller(),
            handler: handler::erase(handler),
        }
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
        let handler = handler::erase(nothing);
        Self { event: "test".into(), version: "v1".into(), scopes: Vec::new(), place, handler }
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
        HandlerKind::Webhook
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
            .field("event", &self.event)
            .field("version", &self.version)
            .field("scopes", &self.scopes)
            .field("place", &format_args!("{}", self.place))
            .finish_non_exhaustive()
    }
}
