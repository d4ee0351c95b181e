//! The way from a delivery to Kiket's API.

use kiket_contract::health::HandlerKind;
use tokio::time::Instant;

use super::Context;
use crate::background;

impl Context {
    /// The client of Kiket's API with this delivery's runtime token. Its calls end when the handler
    /// has to: a guard's at the deadline, any other's when its overrun is over. Those of work in the
    /// [background](Context::background) do not, if the work itself asks for the client: a clone of it
    /// that was made before keeps the handler's end. When the handler runs again for the same delivery,
    /// its `POST`s carry the same idempotency keys.
    #[must_use]
    pub fn client(&self) -> &kiket_client::Session {
        let unbounded = || self.0.background_session.get_or_init(|| self.session());
        if background::is_here() {
            return unbounded();
        }
        self.0.session.get_or_init(|| match self.last_moment() {
            Some(end) => unbounded().clone().until(end.into_std()),
            None => unbounded().clone(),
        })
    }

    fn session(&self) -> kiket_client::Session {
        let token = self.auth().runtime_token.clone();
        let session = self.configuration().client.session(token, self.event_version());
        match self.delivery_id() {
            Some(id) => session.of_delivery(id),
            None => session,
        }
    }

    /// When the handler is dropped if it has not ended; `None` is never.
    fn last_moment(&self) -> Option<Instant> {
        let deadline = self.deadline_instant()?;
        match self.kind() {
            HandlerKind::Guard => Some(deadline),
            _ => deadline.checked_add(self.configuration().options.overrun),
        }
    }
}
