//! What the program does with each record.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;

use super::TelemetryRecord;
use super::courier::Courier;
use crate::Result;
use crate::panics::unless_panicked;

type Outcome = Pin<Box<dyn Future<Output = Result> + Send>>;

/// A hook as the program gives it.
#[derive(Clone)]
pub(crate) enum FeedbackHook {
    /// Called before the answer is sent.
    Plain(Arc<dyn Fn(&TelemetryRecord) + Send + Sync>),
    /// Called off the request path.
    Async(Arc<dyn Fn(TelemetryRecord) -> Outcome + Send + Sync>),
}

/// A hook at work. Whatever it does harms nothing.
#[derive(Debug)]
pub(crate) enum Feedback {
    Plain(PlainHook),
    Async(Courier<TelemetryRecord>),
}

pub(crate) struct PlainHook(Arc<dyn Fn(&TelemetryRecord) + Send + Sync>);

impl Feedback {
    pub(crate) fn new(hook: FeedbackHook) -> Self {
        match hook {
            FeedbackHook::Plain(hook) => Self::Plain(PlainHook(hook)),
            FeedbackHook::Async(hook) => {
                Self::Async(Courier::new("the feedback hook", 1, move |record| {
                    let hook = Arc::clone(&hook);
                    async move {
                        match unless_panicked(async move { hook(record).await }).await {
                            Some(Ok(())) => Ok(()),
                            Some(Err(error)) => Err(format!("it failed: {error}")),
                            None => Err("it panicked; its message is above".to_owned()),
                        }
                    }
                }))
            }
        }
    }

    pub(crate) fn tell(&self, record: &TelemetryRecord) {
        match self {
            Self::Plain(PlainHook(hook)) => {
                if catch_unwind(AssertUnwindSafe(|| hook(record))).is_err() {
                    tracing::error!("the feedback hook panicked; its message is above");
                }
            }
            Self::Async(courier) => courier.take(record.clone()),
        }
    }
}

impl std::fmt::Debug for PlainHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlainHook(…)")
    }
}
