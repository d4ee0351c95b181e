//! An extension that is served while a test runs.

use std::net::SocketAddr;

use jiff::Timestamp;
use kiket_sdk::prelude::*;
use kiket_sdk::{Bound, Clock};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::wire::{Request, Response};

/// The delivery secret of the extensions under test.
pub(crate) const SECRET: &str = "sh_test";
/// What the extensions under test take for now, in Unix seconds.
pub(crate) const NOW: i64 = 1_763_719_200;

/// A served extension. It ends with the test.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// An extension with [`SECRET`] and [`NOW`] and nothing from the process's environment.
pub(crate) fn extension() -> Extension {
    extension_with_id("com.example.crm")
}

/// As [`extension`], with this id.
pub(crate) fn extension_with_id(id: &str) -> Extension {
    Extension::new(id)
        .webhook_secret(SECRET)
        .clock(Clock::manual(Timestamp::from_second(NOW).unwrap()))
        .environment(|_| None)
}

/// A handler that answers with its payload.
pub(crate) async fn echo(payload: Value, _context: Context) -> Result<Value> {
    Ok(payload)
}

impl Program {
    pub(crate) async fn serving(extension: Extension) -> Self {
        Self::of(extension.bind("127.0.0.1:0").await.unwrap())
    }

    /// One that answers `issue.created` v1 with its payload.
    pub(crate) async fn echoing() -> Self {
        Self::serving(extension().webhook("issue.created", "v1", echo)).await
    }

    fn of(bound: Bound) -> Self {
        let (stop, stopped) = oneshot::channel();
        let address = bound.local_addr();
        let task = tokio::spawn(bound.serve_until(async {
            let _ = stopped.await;
        }));
        Self { address, stop, task }
    }

    pub(crate) async fn send(&self, request: &Request) -> Response {
        request.send(self.address).await
    }

    /// The answer to a signed body.
    pub(crate) async fn deliver(&self, body: &Value) -> Response {
        self.send(&Request::signed(body.to_string())).await
    }

    /// Tells it to stop; the task ends when it has.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.task
    }
}
