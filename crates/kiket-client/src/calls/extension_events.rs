//! Calls about the events that an extension logs.

use hyper::Method;
use kiket_contract::api::extension_events::{LogEvent, path};

use crate::call::Call;
use crate::{Error, Session};

impl Session {
    /// Logs an event of the extension's own: `POST /api/v1/extensions/{extension_id}/events`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success.
    pub async fn log_event(&self, extension_id: &str, event: &LogEvent) -> Result<(), Error> {
        let said = (&event.event, &event.version, &event.data);
        let call = Call::to(Method::POST, path(extension_id));
        self.complete(call.and_then(|call| call.json(event)?.about(&said))).await
    }
}
