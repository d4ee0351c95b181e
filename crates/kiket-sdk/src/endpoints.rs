//! Calls to Kiket's API that are not about one resource of their own.

use kiket_client::Error;
use kiket_contract::api::extension_events::LogEvent;
use serde::Serialize;

use crate::Context;

/// Calls to Kiket's API, from [`Context::endpoints`].
#[derive(Debug, Clone, Copy)]
pub struct Endpoints<'a> {
    context: &'a Context,
}

impl<'a> Endpoints<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// Logs an event of the extension's own: `POST /api/v1/extensions/{extension_id}/events`, with
    /// the version of the event that is being handled.
    ///
    /// The data is written before the call begins, so it need not be `Send`.
    ///
    /// # Errors
    /// When the data can not be written as JSON, the call can not be made, or Kiket refuses it.
    pub fn log_event<D: Serialize>(
        &self,
        event: &str,
        data: D,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, D> {
        let context = self.context;
        let written = serde_json::to_value(data).map_err(Error::Encode);
        let event = event.to_owned();
        async move {
            let log = LogEvent {
                event,
                version: Some(context.event_version().to_owned()),
                data: written?,
                timestamp: Some(context.now()),
            };
            context.client().log_event(context.extension_id(), &log).await
        }
    }
}
