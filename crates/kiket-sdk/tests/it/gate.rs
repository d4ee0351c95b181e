//! Handlers that a test holds: each call tells that it has started, and waits to be let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// What a test and its handler share.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Shared>);

struct Shared {
    started: Semaphore,
    released: Semaphore,
    calls: AtomicUsize,
    /// Permits for every call that was dropped before its end.
    dropped: Semaphore,
}

impl Gate {
    /// A gate that is closed.
    pub(crate) fn new() -> Self {
        let none = || Semaphore::new(0);
        let (started, released, dropped) = (none(), none(), none());
        Self(Arc::new(Shared { started, released, calls: AtomicUsize::new(0), dropped }))
    }

    /// One that lets everything through.
    pub(crate) fn open() -> Self {
        let gate = Self::new();
        gate.release(Semaphore::MAX_PERMITS);
        gate
    }

    /// What a handler does: the number of its call, once it may.
    pub(crate) async fn pass(&self) -> usize {
        let number = self.0.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let mut dropped = Dropped(Some(Arc::clone(&self.0)));
        self.0.started.add_permits(1);
        self.0.released.acquire().await.unwrap().forget();
        dropped.0 = None;
        number
    }

    /// A handler that answers with the number of its call.
    pub(crate) fn handler(
        &self,
    ) -> impl Fn(Value, Context) -> HandlerFuture + Send + Sync + 'static + use<> {
        let gate = self.clone();
        move |_: Value, _: Context| {
            let gate = gate.clone();
            Box::pin(async move { Ok(json!({ "call": gate.pass().await })) })
        }
    }

    pub(crate) fn release(&self, calls: usize) {
        self.0.released.add_permits(calls);
    }

    pub(crate) async fn started(&self) {
        self.0.started.acquire().await.unwrap().forget();
    }

    pub(crate) async fn dropped(&self) {
        self.0.dropped.acquire().await.unwrap().forget();
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }
}

pub(crate) type HandlerFuture =
    std::pin::Pin<Box<dyn Future<Output = Result<Value>> + Send + 'static>>;

struct Dropped(Option<Arc<Shared>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.dropped.add_permits(1);
        }
    }
}
