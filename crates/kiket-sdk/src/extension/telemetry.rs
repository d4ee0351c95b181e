//! Who gets records of the handlers' calls.

use std::sync::Arc;

use crate::telemetry::FeedbackHook;
use crate::{Extension, Result, TelemetryRecord};

impl Extension {
    /// Whether there are records of the handlers' calls. `true` posts them to Kiket when no other
    /// address is given, with the delivery's runtime token; `false` posts none, and no feedback hook
    /// is called. Otherwise they are posted only when there is an address for them.
    pub fn telemetry_enabled(mut self, enabled: bool) -> Self {
        self.sources.options.telemetry.enabled = Some(enabled);
        self
    }

    /// Where records are posted to, one a call, off the request path: `https://…`, or `http://` on
    /// the machine itself. `/telemetry` is added unless the address ends in it. Otherwise
    /// `KIKET_SDK_TELEMETRY_URL` counts. `KIKET_SDK_TELEMETRY_OPTOUT=1` stops all of it.
    pub fn telemetry_url(mut self, url: impl Into<String>) -> Self {
        self.sources.options.telemetry.url = Some(url.into());
        self
    }

    /// Gets a record of every call of a handler. It is called before the answer is sent, so it must
    /// not block; a hook that has to wait is an [`Extension::async_feedback_hook`], in place of this.
    /// Its panic is logged and harms nothing.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    ///
    /// let extension = Extension::new("com.example.crm").feedback_hook(|record| {
    ///     println!("{} {} took {} ms", record.event, record.version, record.duration_ms);
    /// });
    /// ```
    pub fn feedback_hook(
        mut self,
        hook: impl Fn(&TelemetryRecord) + Send + Sync + 'static,
    ) -> Self {
        self.sources.options.telemetry.feedback_hook = Some(FeedbackHook::Plain(Arc::new(hook)));
        self
    }

    /// As [`Extension::feedback_hook`], for a hook that waits: it gets one record after the other,
    /// off the request path. While 1024 wait, further ones are lost and counted in the log, as are
    /// those with which it failed or panicked.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    ///
    /// let (sender, mut records) = tokio::sync::mpsc::channel(16);
    /// let extension = Extension::new("com.example.crm").async_feedback_hook(move |record| {
    ///     let sender = sender.clone();
    ///     async move { Ok(sender.send(record).await?) }
    /// });
    /// ```
    pub fn async_feedback_hook<F>(
        mut self,
        hook: impl Fn(TelemetryRecord) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result> + Send + 'static,
    {
        let hook = Arc::new(move |record| Box::pin(hook(record)) as _);
        self.sources.options.telemetry.feedback_hook = Some(FeedbackHook::Async(hook));
        self
    }
}
