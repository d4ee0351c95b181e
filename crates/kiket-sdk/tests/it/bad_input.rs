//! An extension that is sent what is wrong, and what it says to that.

use std::time::Duration;

use kiket_sdk::EffectivelyOnce;
use kiket_sdk::prelude::*;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::gate::Gate;
use crate::program::{Program, extension};
use crate::wire::Request;

/// Longer than the extension waits for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// An extension that counts the calls of its handler.
pub(crate) struct Counting {
    pub(crate) program: Program,
    gate: Gate,
}

impl Counting {
    pub(crate) async fn new() -> Self {
        Self::of(extension()).await
    }

    pub(crate) async fn of(extension: Extension) -> Self {
        let gate = Gate::open();
        let extension = extension.effectively_once(EffectivelyOnce::Off);
        let handling = extension.webhook("issue.created", "v1", gate.handler());
        Self { program: Program::serving(handling).await, gate }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.program.address).await.unwrap()
    }

    /// What is heard back for these bytes, until the connection is closed.
    pub(crate) async fn hear(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // A server that has heard enough may answer and hang up in the middle.
        let _ = stream.write_all(bytes).await;
        rest(&mut stream).await
    }

    /// Nothing was handled until now, and a good request is.
    pub(crate) async fn is_unharmed(&self) {
        assert_eq!(self.gate.calls(), 0, "something was handled");
        let answer = self.program.send(&Request::signed("{}")).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "call": 1 })));
    }
}

/// What is heard until the connection is closed.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let end = async { while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {} };
    let is_closed = timeout(PATIENCE, end).await.is_ok();
    let heard = String::from_utf8_lossy(&bytes).into_owned();
    assert!(is_closed, "the connection stays open after: {heard}");
    heard
}

/// The statuses of all answers.
pub(crate) fn statuses(heard: &str) -> Vec<u16> {
    let status = |start: &str| start.split(' ').nth(1).and_then(|status| status.parse().ok());
    heard.split("HTTP/1.").skip(1).filter_map(status).collect()
}
